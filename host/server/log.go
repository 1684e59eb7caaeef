package server

// This file defines the handlers that read a session's log: as JSON lines, and one
// decision.

import (
	"bufio"
	"errors"
	"net/http"
	"strconv"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// decisions answers GET /v1/sessions/{session}/decisions with the log, one decision a line.
func (s *Server) decisions(c *call) error {
	from, err := c.number("from", 1, 1, core.MaxSeq)
	if err != nil {
		return err
	}
	limit, err := c.number("limit", core.MaxSeq, 1, core.MaxSeq)
	if err != nil {
		return err
	}
	about, err := s.stand(c)
	if err != nil {
		return err
	}
	c.stands(about.Seq)
	h := c.w.Header()
	h.Set("Content-Type", "application/jsonl; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if c.Method == http.MethodHead {
		return nil
	}
	out := bufio.NewWriterSize(c.w, 64<<10)
	if from <= about.Seq {
		for row, err := range s.ledger.Log(c.Context(), about.ID, from) {
			if err != nil {
				return s.doubt(about.ID, unavailable(err))
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

// stand returns where the session stands, having looked at it whole.
func (s *Server) stand(c *call) (about ledger.Session, err error) {
	err = s.with(c.Context(), c.PathValue("session"), func(l *live) error {
		about = l.about
		return nil
	})
	return about, err
}

// doubt marks a session whose log was found changed while it was read.
func (s *Server) doubt(id string, err error) error {
	if errors.As(err, new(*ledger.Corrupt)) {
		l := s.take(id)
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.judge(err)
	}
	return err
}

// decision answers GET /v1/sessions/{session}/decisions/{seq}.
func (s *Server) decision(c *call) error {
	seq, err := strconv.ParseInt(c.PathValue("seq"), 10, 64)
	if err != nil || seq < 1 || strconv.FormatInt(seq, 10) != c.PathValue("seq") {
		return refuse(CodeDecision, "decisions are numbered from 1")
	}
	about, err := s.stand(c)
	if err != nil {
		return err
	}
	if seq > about.Seq {
		return refuse(CodeDecision, "the session has %d decisions", about.Seq)
	}
	for row, err := range s.ledger.Log(c.Context(), about.ID, seq) {
		if err != nil {
			return s.doubt(about.ID, unavailable(err))
		}
		c.w.Header().Set("Holdfast-Digest", row.Digest)
		if c.cached(row.Digest, "private, max-age=31536000, immutable") { // who may read it, the token says
			return nil
		}
		return c.bytes(http.StatusOK, "application/json", row.Bytes)
	}
	return refuse(CodeDecision, "the session has %d decisions", about.Seq)
}
