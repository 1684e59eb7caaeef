package server

// This file defines the handlers of sessions: create, look, propose, ask, verify.

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

// maxKey is the longest Idempotency-Key, in bytes: a UUID and a prefix fit twice.
const maxKey = 128

// create answers POST /v1/sessions.
func (a *api) create(c *call) error {
	var asked struct {
		Session string          `json:"session"`
		Bundle  string          `json:"bundle"`
		Catalog string          `json:"catalog"`
		Cursor  json.RawMessage `json:"cursor"`
	}
	if err := c.read(&asked); err != nil {
		return err
	}
	id := asked.Session
	if id == "" {
		id = sessions.NewID()
	}
	if err := c.use(id); err != nil {
		return err
	}
	opening := sessions.Opening{ID: id, Bundle: asked.Bundle, Catalog: asked.Catalog, Cursor: asked.Cursor}
	view, err := a.keeper.Open(c.Context(), c.who, opening)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/v1/sessions/"+id)
	c.tellSeq(0)
	return c.bytes(http.StatusCreated, "application/json", view)
}

// listSessions answers GET /v1/sessions with the caller's sessions; without keys, with all.
func (a *api) listSessions(c *call) error {
	after, limit, err := c.page()
	if err != nil {
		return err
	}
	owner := c.who.Name()
	if c.who.Trusted {
		owner = ""
	}
	list, err := a.keeper.List(c.Context(), owner, after, limit+1)
	if err != nil {
		return err
	}
	type item struct {
		Session string `json:"session"`
		Bundle  string `json:"bundle"`
		At      int64  `json:"at"`
		Seq     int64  `json:"seq"`
		Head    string `json:"head"`
	}
	answer := struct {
		Sessions []item `json:"sessions"`
		Next     string `json:"next"`
	}{Sessions: []item{}}
	for n, l := range list {
		if n == limit {
			answer.Next = list[n-1].ID
			break
		}
		answer.Sessions = append(answer.Sessions, item{l.ID, l.Bundle, l.At, l.Seq, l.Head})
	}
	return c.json(http.StatusOK, answer)
}

// show answers GET /v1/sessions/{session} and …/snapshot with a document of the session.
func (a *api) show(document func(context.Context, string) ([]byte, ledger.Session, error)) handler {
	return func(c *call) error {
		body, about, err := document(c.Context(), c.PathValue("session"))
		if err != nil {
			return err
		}
		c.tellSeq(about.Seq)
		if c.cached(about.Head, "no-cache") {
			return nil
		}
		return c.bytes(http.StatusOK, "application/json", body)
	}
}

// head answers GET /v1/sessions/{session}/head with a signed note of where it is.
func (a *api) head(c *call) error {
	note, about, err := a.keeper.Head(c.Context(), c.PathValue("session"))
	if err != nil {
		return err
	}
	c.tellSeq(about.Seq)
	return c.bytes(http.StatusOK, "text/plain; charset=utf-8", note)
}

// decide answers POST /v1/sessions/{session}/decisions: a proposal in, the decision out.
func (a *api) decide(c *call) error {
	p, err := c.proposal()
	if err != nil {
		return err
	}
	keys := c.Header.Values("Idempotency-Key")
	for _, key := range keys {
		if len(keys) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, notVisible) {
			return problem.New(codes.HTTPQuery, "Idempotency-Key is one text of 1 to %d visible ASCII characters", maxKey)
		}
	}
	decided, err := a.keeper.Propose(
		c.Context(), c.PathValue("session"), c.who, p, c.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	h := c.w.Header()
	c.tellSeq(decided.Seq)
	h.Set("Holdfast-Verdict", decided.Verdict)
	h.Set("Location", c.URL.Path+"/"+strconv.FormatInt(decided.Seq, 10))
	status := http.StatusCreated
	if decided.Repeated {
		h.Set("Holdfast-Repeated", "true")
		status = http.StatusOK
	}
	return c.bytes(status, "application/json", decided.Bytes)
}

func notVisible(r rune) bool { return r < 0x21 || r > 0x7e }

// ask answers the questions that change nothing.
func (a *api) ask(
	question func(context.Context, string, sessions.Caller, sessions.Proposal) ([]byte, int64, error),
) handler {
	return func(c *call) error {
		p, err := c.proposal()
		if err != nil {
			return err
		}
		answer, seq, err := question(c.Context(), c.PathValue("session"), c.who, p)
		if err != nil {
			return err
		}
		c.tellSeq(seq)
		return c.bytes(http.StatusOK, "application/json", answer)
	}
}

// verify answers POST /v1/sessions/{session}/verify.
func (a *api) verify(c *call) error {
	if err := c.read(&struct{}{}); err != nil {
		return err
	}
	about, err := a.keeper.Verify(c.Context(), c.PathValue("session"))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{
		"session": about.ID, "bundle": about.Bundle, "genesis": about.Genesis,
		"seq": about.Seq, "head": about.Head, "same": true,
	})
}
