package sessions

// This file decides one turn: it is decided anew, refused as stale, or answered with what was
// recorded for it before.

import (
	"context"
	"errors"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// MaxMissed is how many missed decisions a conflict tells; the log has the rest.
const MaxMissed = 64

// decide decides one turn on the session as it is after the batch.
func (l *live) decide(ctx context.Context, b *batch, t *turn) error {
	if t.key != "" { // first of all: what was recorded under it holds, whatever else is said now
		recorded, err := l.byKey(ctx, t.key, b.rows)
		if err == nil {
			taken := refuse(codes.ProposalKey, "this Idempotency-Key was used for another proposal, decision %d", recorded.Seq)
			taken.Seq = &recorded.Seq
			return l.repeat(t, recorded, taken)
		}
		if !errors.Is(err, ledger.ErrNotFound) {
			return unavailable(err)
		}
	}
	if t.Seq != nil && *t.Seq != b.about.Seq {
		return l.decideStale(ctx, b, t)
	}
	src, err := l.document(t.caller, &t.Proposal, b.at)
	if err != nil {
		return err
	}
	decision, err := b.decide(l.session, src, t.key)
	if err != nil {
		return err
	}
	t.decided = Decided{Seq: decision.Seq, Verdict: decision.Verdict, Bytes: decision.Bytes}
	return nil
}

// decideStale answers a turn whose caller has seen another number of decisions than there are.
func (l *live) decideStale(ctx context.Context, b *batch, t *turn) error {
	now, seen := b.about.Seq, *t.Seq
	if seen < 0 || seen > now {
		e := refuse(codes.SessionStale, "the session has recorded %d, and not %d", now, seen)
		e.Seq = &now
		return e
	}
	missed, err := l.since(ctx, seen+1, b.rows)
	if err != nil {
		return unavailable(err)
	}
	if t.key != "" { // a request with a name means only what was recorded under that name
		return stale(now, seen, missed)
	}
	return l.repeat(t, missed[0], stale(now, seen, missed))
}

// document makes a proposal as the core takes it: the actor is the caller.
func (l *live) document(caller Caller, p *Proposal, at int64) ([]byte, error) {
	actor, err := l.bundle.actor(caller, p.Actor)
	if err != nil {
		return nil, err
	}
	if p.Action == "unfreeze" && !caller.May(RoleGovern) {
		return nil, refuse(codes.AuthRole, "unfreeze needs the role %q", RoleGovern)
	}
	now := l.Now().UnixMilli()
	if p.At == nil { // a session's time never goes back, whatever the machine's does
		return p.document(actor, max(now, at)), nil
	}
	if skew := l.Skew.Milliseconds(); *p.At > now+skew || *p.At < now-skew {
		return nil, refuse(codes.ProposalSkew, "at is %d and the server's time %d: leave it out, or stay within %s",
			*p.At, now, l.Skew)
	}
	return p.document(actor, *p.At), nil
}

// byKey finds the row of an idempotency key, also among those not yet recorded.
func (l *live) byKey(ctx context.Context, key string, rows []ledger.Row) (ledger.Row, error) {
	for _, row := range rows {
		if row.Key == key {
			return row, nil
		}
	}
	return l.Ledger.ByKey(ctx, l.id, key)
}

// since returns up to MaxMissed decisions from seq on, and one more where there are more.
func (l *live) since(ctx context.Context, seq int64, rows []ledger.Row) ([]ledger.Row, error) {
	var missed []ledger.Row
	if seq <= l.about.Seq {
		for row, err := range l.Ledger.Log(ctx, l.id, seq) {
			if err != nil {
				return nil, err
			}
			if missed = append(missed, row); len(missed) > MaxMissed || row.Seq == l.about.Seq {
				break
			}
		}
	}
	for _, row := range rows {
		if row.Seq >= seq && len(missed) <= MaxMissed {
			missed = append(missed, row)
		}
	}
	return missed, nil
}

// repeat answers a turn with what was recorded for it before, where recorded is of
// the same proposal, and with otherwise where it is of another.
func (l *live) repeat(t *turn, recorded ledger.Row, otherwise error) error {
	was, err := host.Read(recorded.Bytes)
	if err != nil {
		return err
	}
	if t.At != nil && *t.At != was.At {
		return otherwise
	}
	actor, err := l.bundle.actor(t.caller, t.Actor)
	if err != nil {
		return err
	}
	src, err := l.Core.Canonical(t.Proposal.document(actor, was.At)) // the digest is of this form
	if err != nil {
		return otherwise
	}
	digest, err := l.Core.Digest(src)
	if err != nil {
		return err
	}
	if digest != was.Proposal {
		return otherwise
	}
	t.decided = Decided{Seq: recorded.Seq, Verdict: was.Verdict, Bytes: recorded.Bytes, Repeated: true}
	return nil
}

// stale is the error for a caller who has not seen the last decisions.
func stale(now, seen int64, missed []ledger.Row) *Error {
	e := refuse(codes.SessionStale, "the session has recorded %d, and you have seen %d", now, seen)
	e.Seq = &now
	for n, row := range missed {
		if e.More = n == MaxMissed; e.More {
			break
		}
		e.Missed = append(e.Missed, row.Bytes)
	}
	return e
}
