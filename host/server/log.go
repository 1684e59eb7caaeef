package server

// This file defines the handlers that read a session's log: as JSON lines, and one
// decision.

import (
	"bufio"
	"net/http"
	"strconv"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// decisions answers GET /v1/sessions/{session}/decisions with the log, one decision a line.
func (a *api) decisions(c *call) error {
	from, err := c.number("from", 1, 1, core.MaxSeq)
	if err != nil {
		return err
	}
	limit, err := c.number("limit", core.MaxSeq, 1, core.MaxSeq)
	if err != nil {
		return err
	}
	about, err := a.keeper.Session(c.Context(), c.PathValue("session"))
	if err != nil {
		return err
	}
	c.tellSeq(about.Seq)
	h := c.w.Header()
	h.Set("Content-Type", "application/jsonl; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if c.Method == http.MethodHead {
		return nil
	}
	out := bufio.NewWriterSize(c.w, 64<<10)
	if from <= about.Seq {
		for row, err := range a.keeper.Log(c.Context(), about.ID, from) {
			if err != nil {
				return err
			}
			_, _ = out.Write(row.Bytes)
			if out.WriteByte('\n') != nil || row.Seq == about.Seq || row.Seq-from+1 == limit {
				break
			}
		}
	}
	_ = out.Flush()
	return nil
}

// decision answers GET /v1/sessions/{session}/decisions/{seq}.
func (a *api) decision(c *call) error {
	seq, err := strconv.ParseInt(c.PathValue("seq"), 10, 64)
	if err != nil || strconv.FormatInt(seq, 10) != c.PathValue("seq") {
		return problem.New(codes.DecisionUnknown, "decisions are numbered from 1")
	}
	row, err := a.keeper.Decision(c.Context(), c.PathValue("session"), seq)
	if err != nil {
		return err
	}
	c.w.Header().Set("Holdfast-Digest", row.Digest)
	if c.cached(row.Digest, "private, max-age=31536000, immutable") { // who may read it, the token says
		return nil
	}
	return c.bytes(http.StatusOK, "application/json", row.Bytes)
}
