package sessions

// This file defines Keeper: sessions are opened and proposed to.

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Keeper keeps sessions. Make one with New. It may be used by many goroutines.
type Keeper struct {
	*Library
	signer atomic.Pointer[signature.Signer]
	open   *recent[live]
	heavy  chan struct{}  // holds a token for each long search or verification under way
	work   sync.WaitGroup // those who take turns
}

// New makes a keeper.
func New(o Options) *Keeper {
	o = o.withDefaults()
	k := &Keeper{
		Library: &Library{base: newBase(o)},
		open:    newRecent[live](o.OpenSessions, o.Meter.Open),
		heavy:   make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), // half of the cores stay for decisions
	}
	k.Trust(o.Keys)
	k.SignWith(o.Signer)
	return k
}

// SignWith signs heads with another key from now on, or, with nil, signs none.
func (k *Keeper) SignWith(signer *signature.Signer) { k.signer.Store(signer) }

// Pause has what is due wait, or ends that: for tests of what happens meanwhile.
func (k *Keeper) Pause(paused bool) { k.paused.Store(paused) }

// Close waits for the decisions under way. Call it once no calls come any more.
func (k *Keeper) Close() { k.work.Wait() }

// session returns the open session of an id, which may have to be loaded yet.
func (k *Keeper) session(id string) *live {
	return k.open.take(id, func() *live {
		// One that is forgotten while it is in use goes on with its own copy; the ledger's key keeps
		// the two apart.
		l := &live{base: k.base, library: k.Library, id: id}
		l.forget = func() { k.open.drop(id, l) } // so that guesses do not push out sessions
		return l
	})
}

// use runs f on a session that is where the ledger is, and in which nothing is due.
func (k *Keeper) use(ctx context.Context, id string, f func(*live) error) error {
	l := k.session(id)
	return l.use(ctx, func() error { return f(l) })
}

// NewID returns an id for a session.
func NewID() string { return strings.ToLower(rand.Text()) }

// CheckID says whether a session may have this id: it is a part of paths, so it is plain.
func CheckID(id string) error {
	ok := len(id) <= core.MaxSessionID && id != "" && id[0] != '.'
	for _, b := range []byte(id) {
		ok = ok && (b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' ||
			strings.IndexByte("-._~", b) >= 0)
	}
	if !ok {
		return refuse(codes.SessionID, "a session's id has 1 to %d letters, digits, -, ., _ or ~, "+
			"and does not begin with a dot", core.MaxSessionID)
	}
	return nil
}

// Opening says what session to open: of a bundle, or of the one that a catalog has for a cursor.
type Opening struct {
	ID      string // see CheckID
	Bundle  string // name@version, or the digest; empty with Catalog
	Catalog string // likewise
	Cursor  []byte // JSON; nil with Bundle
}

// Open begins a session, and returns its view.
func (k *Keeper) Open(ctx context.Context, caller Caller, o Opening) ([]byte, error) {
	digest, err := k.choose(ctx, o)
	if err != nil {
		return nil, err
	}
	bundle, err := k.bundle(ctx, digest)
	if err != nil {
		return nil, err
	}
	session, err := bundle.Open(o.ID)
	if err != nil {
		return nil, err
	}
	head, err := readHead(session)
	if err != nil {
		return nil, err
	}
	view, err := session.View()
	if err != nil {
		return nil, err
	}
	err = k.Ledger.Create(ctx, ledger.Session{
		ID: o.ID, Bundle: digest, Genesis: head.Prev, Owner: caller.Name(), At: k.Now().UnixMilli(),
	}, max(k.SessionsPerActor, 0))
	switch {
	case errors.Is(err, ledger.ErrExists):
		return nil, refuse(codes.SessionExists, "there is a session %q", o.ID)
	case errors.Is(err, ledger.ErrOwner):
		return nil, refuse(codes.LimitSessions, "an actor may create %d sessions", k.SessionsPerActor)
	case err != nil:
		return nil, unavailable(err)
	}
	return view, nil
}

// choose finds the digest of the bundle that a new session is of.
func (k *Keeper) choose(ctx context.Context, o Opening) (string, error) {
	byBundle, byCatalog := o.Bundle != "", o.Catalog != ""
	if byBundle == byCatalog || byCatalog != (o.Cursor != nil) {
		return "", refuse(codes.HTTPShape, `name either "bundle", or "catalog" and "cursor"`)
	}
	if byBundle {
		return k.Find(ctx, ledger.KindBundle, o.Bundle)
	}
	r, err := k.Resolve(ctx, o.Catalog, o.Cursor)
	if err != nil {
		return "", err
	}
	if r.Verdict != "" {
		e := refuse(codes.CatalogStall, "%s", r.Say)
		e.Stall = r.answer
		return "", e
	}
	return r.Digest, nil
}

// Propose decides a proposal and records the decision. key, where it is not empty, names the
// proposal: sent again under the same key it gets the decision that was recorded.
func (k *Keeper) Propose(ctx context.Context, id string, caller Caller, p Proposal, key string) (Decided, error) {
	if p.Action == "" {
		return Decided{}, &core.Error{Code: codes.ProposalShape, Message: `"action" is missing`}
	}
	t := &turn{Proposal: p, ctx: ctx, caller: caller, done: make(chan struct{})}
	if key != "" {
		t.key = caller.Name() + " " + key // one caller's keys are not another's
	}
	l := k.session(id)
	lead, err := l.line.join(t)
	if err != nil {
		return Decided{}, err
	}
	if lead {
		k.work.Go(l.takeTurns)
	}
	<-t.done
	return t.decided, t.err
}
