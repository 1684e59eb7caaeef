package sessions

// This file shows sessions, and asks them what changes nothing.

import (
	"context"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Session returns where a session is, having looked at it whole.
func (k *Keeper) Session(ctx context.Context, id string) (about ledger.Session, err error) {
	err = k.use(ctx, id, func(l *live) error {
		about = l.about
		return nil
	})
	return about, err
}

// List lists the sessions of an owner, or, with "", all, after an id or from the beginning.
func (k *Keeper) List(ctx context.Context, owner, after string, limit int) ([]ledger.Session, error) {
	if after != "" && CheckID(after) != nil {
		return nil, refuse(codes.HTTPQuery, "after is a session's id: the next of the page before")
	}
	list, err := k.Ledger.Sessions(ctx, owner, after, limit)
	return list, unavailable(err)
}

// View returns a session's state, derived values and what is parked.
func (k *Keeper) View(ctx context.Context, id string) ([]byte, ledger.Session, error) {
	return k.show(ctx, id, host.Session.View)
}

// Snapshot returns a session as a document that a bundle restores.
func (k *Keeper) Snapshot(ctx context.Context, id string) ([]byte, ledger.Session, error) {
	return k.show(ctx, id, host.Session.Snapshot)
}

func (k *Keeper) show(
	ctx context.Context, id string, document func(host.Session) ([]byte, error),
) (doc []byte, about ledger.Session, err error) {
	err = k.use(ctx, id, func(l *live) (err error) {
		about = l.about
		doc, err = document(l.session)
		return err
	})
	return doc, about, err
}

// Head returns a signed note of where a session is.
func (k *Keeper) Head(ctx context.Context, id string) ([]byte, ledger.Session, error) {
	signer := k.signer.Load()
	if signer == nil {
		return nil, ledger.Session{}, refuse(codes.HeadUnsigned, "this server was started without a key to sign heads with")
	}
	about, err := k.Session(ctx, id)
	if err != nil {
		return nil, about, err
	}
	note, err := signer.Sign(signature.HeadText(about.ID, about.Seq, about.Head, about.Bundle))
	return note, about, err
}

// Why returns the decision that a proposal would get, and how many decisions the session has.
func (k *Keeper) Why(ctx context.Context, id string, caller Caller, p Proposal) (answer []byte, seq int64, err error) {
	err = k.ask(ctx, id, &p, func(l *live) error {
		seq = l.about.Seq
		src, err := l.document(caller, &p, l.at)
		if err == nil {
			answer, err = l.session.Why(src)
		}
		return err
	})
	return answer, seq, err
}

// Admissible says for every action whether the caller could take it. What is left out stays unknown.
func (k *Keeper) Admissible(
	ctx context.Context, id string, caller Caller, p Proposal,
) (answer []byte, seq int64, err error) {
	err = k.ask(ctx, id, &p, func(l *live) error {
		seq = l.about.Seq
		if p.Action != "" || p.Args != nil {
			return refuse(codes.HTTPShape, "the question has actor, at and reasons, and covers every action")
		}
		actor, err := l.bundle.actor(caller, p.Actor)
		if err != nil {
			return err
		}
		at := l.time()
		if p.At != nil {
			at = *p.At
		}
		answer, err = l.session.Admissible(p.question(actor, at))
		return err
	})
	return answer, seq, err
}

// Path finds the shortest way to where a proposal would commit. The search is on a copy of the
// session, which others need not wait for.
func (k *Keeper) Path(ctx context.Context, id string, caller Caller, p Proposal) (answer []byte, seq int64, err error) {
	var src, snapshot []byte
	var bundle *bundle
	err = k.ask(ctx, id, &p, func(l *live) (err error) {
		seq, bundle = l.about.Seq, l.bundle
		if src, err = l.document(caller, &p, l.at); err == nil {
			snapshot, err = l.session.Snapshot()
		}
		return err
	})
	if err != nil {
		return nil, seq, err
	}
	answer, err = k.heavily(ctx, func() ([]byte, error) {
		session, err := bundle.Restore(snapshot)
		if err != nil {
			return nil, err
		}
		return session.Path(src)
	})
	return answer, seq, err
}

func (k *Keeper) ask(ctx context.Context, id string, p *Proposal, f func(*live) error) error {
	if p.Seq != nil {
		return refuse(codes.HTTPShape, "a question takes no seq: it is about the session as it is")
	}
	return k.use(ctx, id, f)
}

// heavily does what keeps a core busy for long, a few at a time.
func (k *Keeper) heavily(ctx context.Context, work func() ([]byte, error)) ([]byte, error) {
	select {
	case k.heavy <- struct{}{}:
		defer func() { <-k.heavy }()
		return work()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
