package server

// This file defines the handlers of sessions: create, look, propose, ask, verify.

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// maxKey is the longest Idempotency-Key, in bytes: a UUID and a prefix fit twice.
const maxKey = 128

// checkID says whether a session may have this id: it stands in paths, so it is plain.
func checkID(id string) error {
	ok := len(id) <= core.MaxSessionID && id != "" && id[0] != '.'
	for _, b := range []byte(id) {
		ok = ok && (b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || strings.IndexByte("-._~", b) >= 0)
	}
	if !ok {
		return refuse(CodeSessionID, "a session's id has 1 to %d letters, digits, -, ., _ or ~, and does not begin with a dot", core.MaxSessionID)
	}
	return nil
}

// create answers POST /v1/sessions.
func (s *Server) create(c *call) error {
	var asked struct {
		Session string          `json:"session"`
		Bundle  string          `json:"bundle"`
		Catalog string          `json:"catalog"`
		Cursor  json.RawMessage `json:"cursor"`
	}
	if err := c.read(s, &asked); err != nil {
		return err
	}
	if asked.Session == "" {
		asked.Session = strings.ToLower(rand.Text())
	}
	if err := checkID(asked.Session); err != nil {
		return err
	}
	if !c.who.MayUse(asked.Session) {
		return refuse(CodeScope, "the token is not for session %q", asked.Session)
	}
	digest, err := s.choose(c.Context(), asked.Bundle, asked.Catalog, asked.Cursor)
	if err != nil {
		return err
	}
	bundle, err := s.bundle(c.Context(), digest)
	if err != nil {
		return err
	}
	session, err := bundle.Open(asked.Session)
	if err != nil {
		return err
	}
	view, err := session.View()
	if err != nil {
		return err
	}
	var at place
	if err := json.Unmarshal(view, &at); err != nil {
		return err
	}
	err = s.ledger.Create(c.Context(), ledger.Session{
		ID: asked.Session, Bundle: digest, Genesis: at.Prev, Owner: c.who.Name(), At: s.now().UnixMilli(),
	}, max(s.options.SessionsPerActor, 0))
	switch {
	case errors.Is(err, ledger.ErrExists):
		return refuse(CodeExists, "there is a session %q", asked.Session)
	case errors.Is(err, ledger.ErrOwner):
		return refuse(CodeSessions, "an actor may create %d sessions", s.options.SessionsPerActor)
	case err != nil:
		return unavailable(err)
	}
	c.w.Header().Set("Location", "/v1/sessions/"+asked.Session)
	c.stands(0)
	return c.bytes(http.StatusCreated, "application/json", view)
}

// choose finds the digest of the bundle that a new session is of.
func (s *Server) choose(ctx context.Context, bundle, catalog string, cursor []byte) (string, error) {
	switch {
	case (bundle == "") == (catalog == ""), catalog != "" && cursor == nil, bundle != "" && cursor != nil:
		return "", refuse(CodeShape, `name either "bundle", or "catalog" and "cursor"`)
	case bundle != "":
		return s.find(ctx, ledger.KindBundle, bundle)
	}
	r, err := s.resolveCursor(ctx, catalog, cursor)
	if err != nil {
		return "", err
	}
	if r.Verdict != "" {
		p := refuse(CodeStall, "%s", r.Say)
		p.Stall = r.answer
		return "", p
	}
	return r.Digest, nil
}

// stands tells how many decisions the session has.
func (c *call) stands(seq int64) { c.w.Header().Set("Holdfast-Seq", strconv.FormatInt(seq, 10)) }

// listSessions answers GET /v1/sessions with the caller's sessions; without keys, with all.
func (s *Server) listSessions(c *call) error {
	after, limit, err := c.page()
	if err != nil {
		return err
	}
	owner := c.who.Name()
	if c.who.Trusted {
		owner = ""
	}
	if after != "" && checkID(after) != nil {
		return refuse(CodeQuery, "after is a session's id: the next of the page before")
	}
	list, err := s.ledger.Sessions(c.Context(), owner, after, limit+1)
	if err != nil {
		return unavailable(err)
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

// view answers GET /v1/sessions/{session}.
func (s *Server) view(c *call) error { return s.show(c, host.Session.View) }

// snapshot answers GET /v1/sessions/{session}/snapshot.
func (s *Server) snapshot(c *call) error { return s.show(c, host.Session.Snapshot) }

// show answers with a document about where the session stands.
func (s *Server) show(c *call, document func(host.Session) ([]byte, error)) error {
	var body []byte
	var about ledger.Session
	err := s.with(c.Context(), c.PathValue("session"), func(l *live) (err error) {
		about = l.about
		body, err = document(l.session)
		return err
	})
	if err != nil {
		return err
	}
	c.stands(about.Seq)
	if c.cached(about.Head, "no-cache") {
		return nil
	}
	return c.bytes(http.StatusOK, "application/json", body)
}

// head answers GET /v1/sessions/{session}/head with a signed note of where it stands.
func (s *Server) head(c *call) error {
	signer := s.signer.Load()
	if signer == nil {
		return refuse(CodeUnsigned, "this server was started without a key to sign heads with")
	}
	var about ledger.Session
	err := s.with(c.Context(), c.PathValue("session"), func(l *live) error {
		about = l.about
		return nil
	})
	if err != nil {
		return err
	}
	note, err := signer.Sign(signature.HeadText(about.ID, about.Seq, about.Head, about.Bundle))
	if err != nil {
		return err
	}
	c.stands(about.Seq)
	return c.bytes(http.StatusOK, "text/plain; charset=utf-8", note)
}

// decide answers POST /v1/sessions/{session}/decisions: a proposal in, the decision out.
func (s *Server) decide(c *call) error {
	t := &turn{ctx: c.Context(), who: c.who}
	if err := c.read(s, &t.proposal); err != nil {
		return err
	}
	if t.Action == "" {
		return refuse(core.CodeShape, `"action" is missing`)
	}
	if keys := c.Header.Values("Idempotency-Key"); len(keys) > 0 {
		key := keys[0]
		if len(keys) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
			return refuse(CodeQuery, "Idempotency-Key is one text of 1 to %d visible ASCII characters", maxKey)
		}
		t.key = c.who.Name() + " " + key // one caller's keys are not another's
	}
	s.propose(c.PathValue("session"), t)
	if t.err != nil {
		return t.err
	}
	h := c.w.Header()
	c.stands(t.seq)
	h.Set("Holdfast-Verdict", t.verdict)
	h.Set("Location", c.URL.Path+"/"+strconv.FormatInt(t.seq, 10))
	status := http.StatusCreated
	if t.repeated {
		h.Set("Holdfast-Repeated", "true")
		status = http.StatusOK
	}
	return c.bytes(status, "application/json", t.decision)
}

// question is what a session is asked.
type question int

const (
	askWhy question = iota
	askPath
	askAdmissible
)

// ask answers the questions that change nothing.
func (s *Server) ask(q question) handler {
	return func(c *call) error {
		t := &turn{who: c.who}
		if err := c.read(s, &t.proposal); err != nil {
			return err
		}
		if t.Seq != nil {
			return refuse(CodeShape, "a question takes no seq: it is about the session as it stands")
		}
		var answer []byte
		var search func() ([]byte, error)
		var seq int64
		err := s.with(c.Context(), c.PathValue("session"), func(l *live) (err error) {
			seq = l.about.Seq
			if q == askAdmissible {
				answer, err = l.admissible(t)
				return err
			}
			src, err := l.document(t, l.at)
			if err != nil {
				return err
			}
			if q == askWhy {
				answer, err = l.session.Why(src)
				return err
			}
			search, err = l.aside(src)
			return err
		})
		if err == nil && search != nil {
			answer, err = s.heavily(c.Context(), search)
		}
		if err != nil {
			return err
		}
		c.stands(seq)
		return c.bytes(http.StatusOK, "application/json", answer)
	}
}

// aside prepares a search for a path on a copy of the session, which others need not wait for.
func (l *live) aside(src []byte) (func() ([]byte, error), error) {
	snapshot, err := l.session.Snapshot()
	if err != nil {
		return nil, err
	}
	bundle := l.bundle
	return func() ([]byte, error) {
		session, err := bundle.Restore(snapshot)
		if err != nil {
			return nil, err
		}
		return session.Path(src)
	}, nil
}

// heavily does what keeps a core busy for long, a few at a time.
func (s *Server) heavily(ctx context.Context, work func() ([]byte, error)) ([]byte, error) {
	select {
	case s.heavy <- struct{}{}:
		defer func() { <-s.heavy }()
		return work()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// admissible asks for the caller. What is left out stays unknown.
func (l *live) admissible(t *turn) ([]byte, error) {
	if t.Action != "" || t.Args != nil {
		return nil, refuse(CodeShape, "the question has actor, at and reasons, and covers every action")
	}
	actor, err := l.bundle.actor(t.who, t.Actor)
	if err != nil {
		return nil, err
	}
	q := struct {
		Actor   map[string]string `json:"actor"`
		At      *int64            `json:"at,omitempty"`
		Reasons json.RawMessage   `json:"reasons,omitempty"`
	}{map[string]string{"kind": actor.Kind, "id": actor.ID}, t.At, t.Reasons}
	if q.At == nil {
		now := max(l.server.now().UnixMilli(), l.at)
		q.At = &now
	}
	src, err := encode(q)
	if err != nil {
		return nil, err
	}
	return l.session.Admissible(src)
}

// verify answers POST /v1/sessions/{session}/verify: everything is read and decided
// again, from the beginning, trusting neither snapshots nor memory.
func (s *Server) verify(c *call) error {
	if err := c.read(s, &struct{}{}); err != nil {
		return err
	}
	id := c.PathValue("session")
	about, err := s.ledger.Session(c.Context(), id)
	if errors.Is(err, ledger.ErrNotFound) {
		return refuse(CodeSession, "there is no session %q", id)
	}
	if err != nil {
		return unavailable(err)
	}
	if err := s.trouble(id); err != nil {
		return err
	}
	fresh := &live{server: s, id: id}
	_, err = s.heavily(c.Context(), func() (_ []byte, err error) {
		if _, err = s.document(c.Context(), ledger.KindBundle, about.Bundle); err != nil {
			return nil, err // as it is stored, which the one that is loaded may not be
		}
		if fresh.bundle, err = s.bundle(c.Context(), about.Bundle); err != nil {
			return nil, err
		}
		return nil, fresh.begin(c.Context(), about)
	})
	if err != nil {
		return s.doubt(id, err)
	}
	return c.json(http.StatusOK, map[string]any{
		"session": id, "bundle": about.Bundle, "genesis": about.Genesis, "seq": about.Seq, "head": about.Head, "same": true,
	})
}
