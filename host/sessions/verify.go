package sessions

// This file reads logs back: as they are recorded, and decided again from the beginning.

import (
	"context"
	"errors"
	"iter"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// Verify reads a session and decides everything again, from the beginning, trusting neither snapshots
// nor memory. An error other than *[ledger.Corrupt] says nothing about the session.
func (k *Keeper) Verify(ctx context.Context, id string) (ledger.Session, error) {
	about, err := k.Ledger.Session(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return about, refuse(codes.SessionUnknown, "there is no session %q", id)
	}
	if err != nil {
		return about, unavailable(err)
	}
	if err := k.session(id).whyBroken(); err != nil {
		return about, err
	}
	fresh := &live{base: k.base, library: k.Library, id: id}
	_, err = k.heavily(ctx, func() (_ []byte, err error) {
		if _, err = k.Document(ctx, ledger.KindBundle, about.Bundle); err != nil {
			return nil, err // as it is stored, which the one that is loaded may not be
		}
		if fresh.bundle, err = k.bundle(ctx, about.Bundle); err != nil {
			return nil, err
		}
		return nil, fresh.loadLog(ctx, about)
	})
	return about, k.noteCorrupt(id, err)
}

// Log returns the decisions of a session from a seq on, as the ledger has them. The first error ends it.
func (k *Keeper) Log(ctx context.Context, id string, from int64) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for row, err := range k.Ledger.Log(ctx, id, from) {
			if !yield(row, k.noteCorrupt(id, unavailable(err))) {
				return
			}
		}
	}
}

// Decision returns one decision of a session.
func (k *Keeper) Decision(ctx context.Context, id string, seq int64) (ledger.Row, error) {
	if seq < 1 {
		return ledger.Row{}, refuse(codes.DecisionUnknown, "decisions are numbered from 1")
	}
	about, err := k.Session(ctx, id)
	if err != nil {
		return ledger.Row{}, err
	}
	if seq <= about.Seq {
		for row, err := range k.Log(ctx, id, seq) {
			return row, err
		}
	}
	return ledger.Row{}, refuse(codes.DecisionUnknown, "the session has %d decisions", about.Seq)
}

// Recorded returns where a session is as the ledger says, without looking at it.
func (k *Keeper) Recorded(ctx context.Context, id string) (ledger.Session, error) {
	about, err := k.Ledger.Session(ctx, id)
	return about, unavailable(err)
}

// Subscribe returns a channel that gets a value when decisions of a session were recorded.
func (k *Keeper) Subscribe(id string) (wake <-chan struct{}, cancel func()) {
	return k.Ledger.Subscribe(id)
}

// noteCorrupt marks a session whose log was found changed while it was read.
func (k *Keeper) noteCorrupt(id string, err error) error {
	if !errors.As(err, new(*ledger.Corrupt)) {
		return err
	}
	l := k.session(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.markCorrupt(err)
}
