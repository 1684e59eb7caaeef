package server

// This file defines what happens to proposals: they wait in the session's line, are
// decided one after the other, and recorded together.
//
//	proposal ──┐                                              ┌── answer
//	proposal ──┼── line ── decide, decide, decide ── append ──┼── answer
//	proposal ──┘      (whoever comes first leads)   (durable) └── answer
//
// What was decided but not recorded is undone by opening the session anew from the ledger.

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server/identity"
)

const (
	// maxTurns is how many proposals of one session are recorded together: enough to
	// fill the time of an fsync, few enough that deciding again after a conflict is cheap.
	maxTurns = 64

	// maxLine is how many proposals may wait for a session.
	maxLine = 1024

	// maxMissed is how many missed decisions a conflict tells; the log has the rest.
	maxMissed = 64

	// maxConflicts is how often a turn is taken again because another server was faster.
	maxConflicts = 32
)

// proposal is the body of a request: what the core takes, and what only the server does.
type proposal struct {
	Action  string          `json:"action"`
	Actor   *host.Actor     `json:"actor"`
	Args    json.RawMessage `json:"args"`
	At      *int64          `json:"at"`
	Reasons json.RawMessage `json:"reasons"`
	Seq     *int64          `json:"seq"` // decisions the caller has seen
}

// document is a proposal as the core takes it.
type document struct {
	Action  string          `json:"action"`
	Actor   host.Actor      `json:"actor"`
	Args    json.RawMessage `json:"args,omitempty"`
	At      int64           `json:"at"`
	Reasons json.RawMessage `json:"reasons,omitempty"`
}

// turn is a proposal that waits to be decided.
type turn struct {
	ctx context.Context
	proposal
	who  identity.Who
	key  string // idempotency key, scoped to who; empty for none
	done chan struct{}

	decision []byte // the answer
	seq      int64
	verdict  string
	repeated bool // it was recorded before, by a request whose answer was lost
	err      error
}

// queue is a session's line.
type queue struct {
	mu      sync.Mutex
	turns   []*turn
	leading bool
}

// propose decides and records.
func (s *Server) propose(id string, t *turn) {
	l := s.take(id)
	t.done = make(chan struct{})
	l.line.mu.Lock()
	if len(l.line.turns) >= maxLine {
		l.line.mu.Unlock()
		t.err = caused(nil, CodeBusy, "%d proposals are waiting for this session", maxLine)
		return
	}
	l.line.turns = append(l.line.turns, t)
	lead := !l.line.leading
	l.line.leading = true
	l.line.mu.Unlock()
	if lead {
		s.work.Go(l.lead)
	}
	<-t.done
}

// lead takes turns until the line is empty.
func (l *live) lead() {
	for {
		l.line.mu.Lock()
		n := min(len(l.line.turns), maxTurns)
		if n == 0 {
			l.line.leading = false
			l.line.mu.Unlock()
			return
		}
		turns := l.line.turns[:n:n]
		l.line.turns = l.line.turns[n:]
		l.line.mu.Unlock()
		l.mu.Lock()
		l.round(turns)
		due := l.isDue()
		l.mu.Unlock()
		for _, t := range turns {
			close(t.done)
		}
		if due { // since a session goes on that was frozen, or time has passed
			_ = l.server.with(context.Background(), l.id, func(*live) error { return nil })
		}
	}
}

// round decides turns until each has an answer. The caller holds l.mu.
func (l *live) round(turns []*turn) {
	// Not a request's context: a record under way must not end because a client hung up.
	ctx, cancel := context.WithTimeout(context.Background(), l.server.options.Patience)
	defer cancel()
	defer func() {
		if r := recover(); r != nil { // a bug; nobody may wait for ever, and nothing half-done stay
			l.session = nil
			l.server.log.Error("deciding failed", "session", l.id, "panic", r)
			settle(turns, refuse(CodeInternal, "something failed that must not; the server's log says more"))
		}
	}()
	waiting := turns
	for tries := 0; len(waiting) > 0; tries++ {
		err := l.once(ctx, waiting)
		if err == nil {
			return
		}
		if !errors.Is(err, ledger.ErrConflict) {
			settle(waiting, err)
			return
		}
		l.server.metrics.conflicts.Inc()
		if tries == maxConflicts {
			settle(waiting, caused(err, CodeBusy, "other servers kept writing to this session; nothing was recorded"))
			return
		}
	}
}

// refusal says whether err is about what was proposed, and leaves the session as it was.
func refusal(err error) bool {
	if errors.As(err, new(*host.Failure)) {
		return false
	}
	return errors.As(err, new(*problem)) || errors.As(err, new(*core.Error)) || errors.As(err, new(*identity.Error))
}

// settle gives all turns without an answer this error.
func settle(turns []*turn, err error) {
	for _, t := range turns {
		t.decision, t.err = nil, err
	}
}

// once decides every turn and appends what came of it. On an error no turn was recorded,
// or it is not known; the session is opened anew before it is next used.
func (l *live) once(ctx context.Context, turns []*turn) error {
	if err := l.refresh(ctx); err != nil {
		return err
	}
	before := l.about
	rows, after, at, err := l.expire(l.about, l.at)
	if err != nil {
		l.session = nil
		return l.judge(err)
	}
	ended := len(rows)
	for _, t := range turns {
		t.decision, t.err = nil, nil
		if t.err = t.ctx.Err(); t.err != nil {
			continue // nobody waits for it
		}
		row, err := l.decide(ctx, t, after, at, rows)
		if err != nil {
			if !refusal(err) {
				return l.judge(err) // what the others have got so far may not stand
			}
			t.err = err
			continue
		}
		if t.repeated {
			continue
		}
		rows = append(rows, row)
		after.Seq, after.Head, at = row.Seq, row.Digest, max(at, decidedAt(t.decision))
	}
	if len(rows) == 0 {
		return nil
	}
	parked := slices.ContainsFunc(turns, func(t *turn) bool { return t.decision != nil && t.verdict == "hold" })
	if err = l.remind(ctx, rows, parked); err == nil {
		began := time.Now()
		err = l.server.ledger.Append(ctx, rows)
		l.server.metrics.append.Observe(time.Since(began).Seconds())
	}
	if err != nil {
		l.session = nil
		if errors.Is(err, ledger.ErrConflict) {
			return err
		}
		return l.judge(unavailable(err))
	}
	l.about, l.at = after, at
	for _, row := range rows[:ended] {
		if read, err := host.Read(row.Bytes); err == nil {
			l.server.metrics.decisions.WithLabelValues(read.Verdict).Inc()
		}
	}
	for _, t := range turns {
		if t.decision != nil && !t.repeated {
			l.server.metrics.decisions.WithLabelValues(t.verdict).Inc()
		}
	}
	l.keep(ctx, before.Seq)
	return nil
}

// decide decides one turn on the session as it stands after earlier turns.
func (l *live) decide(ctx context.Context, t *turn, stands ledger.Session, at int64, rows []ledger.Row) (ledger.Row, error) {
	t.repeated = false
	if t.key != "" { // first of all: what was recorded under it stands, whatever else is said now
		recorded, err := l.byKey(ctx, t.key, rows)
		if err == nil {
			p := refuse(CodeKey, "this Idempotency-Key was used for another proposal, decision %d", recorded.Seq)
			p.Seq = &recorded.Seq
			return ledger.Row{}, l.repeat(t, recorded, p)
		}
		if !errors.Is(err, ledger.ErrNotFound) {
			return ledger.Row{}, unavailable(err)
		}
	}
	if t.Seq != nil && *t.Seq != stands.Seq {
		if *t.Seq < 0 || *t.Seq > stands.Seq {
			p := refuse(CodeStale, "the session has recorded %d, and not %d", stands.Seq, *t.Seq)
			p.Seq = &stands.Seq
			return ledger.Row{}, p
		}
		missed, err := l.since(ctx, *t.Seq+1, rows)
		if err != nil {
			return ledger.Row{}, unavailable(err)
		}
		if t.key != "" { // whoever names a request means only what was recorded under its name
			return ledger.Row{}, stale(stands.Seq, *t.Seq, missed)
		}
		return ledger.Row{}, l.repeat(t, missed[0], stale(stands.Seq, *t.Seq, missed))
	}
	src, err := l.document(t, at)
	if err != nil {
		return ledger.Row{}, err
	}
	decision, err := l.session.Decide(src)
	if err != nil {
		return ledger.Row{}, err
	}
	read, err := host.Read(decision)
	if err != nil {
		return ledger.Row{}, err
	}
	t.decision, t.seq, t.verdict = decision, read.Seq, read.Verdict
	return rowOf(l.id, decision, t.key)
}

// document makes the proposal as the core takes it: the actor is the caller.
func (l *live) document(t *turn, at int64) ([]byte, error) {
	actor, err := l.bundle.actor(t.who, t.Actor)
	if err != nil {
		return nil, err
	}
	if t.Action == "unfreeze" && !t.who.May(RoleGovern) {
		return nil, refuse(CodeRole, "unfreeze needs the role %q", RoleGovern)
	}
	doc := document{Action: t.Action, Actor: actor, Args: t.Args, Reasons: t.Reasons}
	now := l.server.now().UnixMilli()
	switch skew := l.server.options.Skew.Milliseconds(); {
	case t.At == nil:
		doc.At = max(now, at) // a session's time never goes back, whatever the machine's does
	case *t.At > now+skew || *t.At < now-skew:
		return nil, refuse(CodeSkew, "at is %d and the server's time %d: leave it out, or stay within %s", *t.At, now, l.server.options.Skew)
	default:
		doc.At = *t.At
	}
	src, err := encode(doc)
	if err != nil {
		return nil, err
	}
	return core.Complete(src, doc.At) // Decide hashes its own canonical form of it
}

// byKey finds the row of an idempotency key, also among those not yet recorded.
func (l *live) byKey(ctx context.Context, key string, rows []ledger.Row) (ledger.Row, error) {
	for _, row := range rows {
		if row.Key == key {
			return row, nil
		}
	}
	return l.server.ledger.ByKey(ctx, l.id, key)
}

// since returns up to maxMissed decisions from seq on, and one more where there are more.
func (l *live) since(ctx context.Context, seq int64, rows []ledger.Row) ([]ledger.Row, error) {
	var missed []ledger.Row
	if seq <= l.about.Seq {
		for row, err := range l.server.ledger.Log(ctx, l.id, seq) {
			if err != nil {
				return nil, err
			}
			if missed = append(missed, row); len(missed) > maxMissed || row.Seq == l.about.Seq {
				break
			}
		}
	}
	for _, row := range rows {
		if row.Seq >= seq && len(missed) <= maxMissed {
			missed = append(missed, row)
		}
	}
	return missed, nil
}

// repeat answers a turn with what was recorded for it before, where recorded is of
// the same proposal, and with otherwise where it is of another.
func (l *live) repeat(t *turn, recorded ledger.Row, otherwise error) error {
	read, err := host.Read(recorded.Bytes)
	if err != nil {
		return err
	}
	var was struct {
		At       int64
		Proposal string
	}
	if err := json.Unmarshal(recorded.Bytes, &was); err != nil {
		return err
	}
	if t.At != nil && *t.At != was.At {
		return otherwise
	}
	actor, err := l.bundle.actor(t.who, t.Actor)
	if err != nil {
		return err
	}
	src, err := encode(document{Action: t.Action, Actor: actor, Args: t.Args, At: was.At, Reasons: t.Reasons})
	if err != nil {
		return err
	}
	src, err = l.server.core.Complete(src, was.At)
	if err != nil {
		return otherwise
	}
	digest, err := l.server.core.Digest(src)
	if err != nil {
		return err
	}
	if digest != was.Proposal {
		return otherwise
	}
	t.decision, t.seq, t.verdict, t.repeated = recorded.Bytes, recorded.Seq, read.Verdict, true
	return nil
}

// stale is the problem of a caller who has not seen the last decisions.
func stale(stands, seen int64, missed []ledger.Row) *problem {
	p := refuse(CodeStale, "the session has recorded %d, and you have seen %d", stands, seen)
	p.Seq = &stands
	for n, row := range missed {
		if p.More = n == maxMissed; p.More {
			break
		}
		p.Missed = append(p.Missed, row.Bytes)
	}
	return p
}

// decidedAt reads a decision's time.
func decidedAt(decision []byte) int64 {
	var d struct{ At int64 }
	_ = json.Unmarshal(decision, &d) // the core wrote it
	return d.At
}
