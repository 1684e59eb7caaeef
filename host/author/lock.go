package author

// This file pins parents: a lock beside the source says which document each parent's
// name and version means, so that another one under the same name is not taken unseen.
//
//	{
//	  "holdfast": 1,
//	  "parents": {
//	    "guardian@1.0.0": "sha256:…",
//	    "mode-constraint-layer@1.0.0": "sha256:…"
//	  }
//	}
//
// It holds the parents of all sources in its folder, of every generation, sorted by name. Entries that
// no source needs any more do no harm.

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// LockName is what the lock of a folder is called.
const LockName = "holdfast.lock"

// lock is a lock that was read.
type lock struct {
	parents map[string]string // digests by NAME@VERSION
	changed bool
	failed  bool // it is there and cannot be read, which was reported
}

// LockFile returns the path of the lock that belongs to a source.
func LockFile(source string) string { return filepath.Join(filepath.Dir(source), LockName) }

var digestMatch = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// readLock reads the lock beside the file that is built.
func (b *builder) readLock() *lock {
	l := &lock{parents: map[string]string{}}
	path := LockFile(b.path)
	src, err := b.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l
	}
	if err != nil {
		b.lockFailed(l, yaml.Finding{Place: yaml.Place{File: path}, Message: unreadable(err)}, "")
		return l
	}
	s, findings := yaml.ReadJSON(path, src)
	const hint = "take it from where the project is kept; or delete it, " +
		"and `holdfast build` records the parents as they are now."
	bad := func(n *yaml.Node, message string) {
		b.lockFailed(l, yaml.Finding{Place: s.PlaceOf(n), Message: message}, hint)
	}
	switch {
	case len(findings) > 0:
		f := findings[0]
		b.lockFailed(l, yaml.Finding{Place: f.Place, Message: "this lock cannot be read: " + f.Message}, hint)
	case s.Root.Kind != yaml.Mapping || len(s.Root.Members) != 2 ||
		s.Root.Get("holdfast") == nil || s.Root.Get("parents") == nil:
		bad(s.Root, "this lock cannot be read: it is not `{\"holdfast\": 1, \"parents\": {…}}`.")
	case s.Root.Get("holdfast").Kind != yaml.Number || s.Root.Get("holdfast").Text != "1":
		bad(s.Root.Get("holdfast"), "this lock is of another format than 1, which is read.")
	case s.Root.Get("parents").Kind != yaml.Mapping:
		bad(s.Root.Get("parents"), "`parents` of a lock is a mapping of NAME@VERSION to a digest.")
	default:
		for _, m := range s.Root.Get("parents").Members {
			if m.Value.Kind != yaml.Text || !digestMatch.MatchString(m.Value.Text) || !strings.Contains(m.Key.Text, "@") {
				bad(m.Value, "an entry of a lock is NAME@VERSION and a digest, `sha256:` and 64 hexadecimal digits.")
				break
			}
			l.parents[m.Key.Text] = m.Value.Text
		}
	}
	return l
}

// lockFailed reports a lock that cannot be used.
func (b *builder) lockFailed(l *lock, f yaml.Finding, hint string) {
	f.Severity, f.Code, f.Hint = yaml.Error, codes.ExtendLock, hint
	b.add(f)
	l.failed = true
}

// pin holds a parent, named at a pointer of u, to the lock; it says whether it may be used.
func (b *builder) pin(u *unit, at, id, digest string) bool {
	if b.lock == nil {
		b.lock = b.readLock()
	}
	l := b.lock
	want, pinned := l.parents[id]
	switch {
	case l.failed:
		return true // nothing is built anyhow
	case pinned && want == digest:
		return true
	case pinned && !b.AcceptParents:
		b.fail(u, at, false, codes.ExtendLock, "the parent `"+id+"` is another than before: its digest is "+digest+
			", and "+LockFile(b.path)+" has "+want+".",
			"what is published never changes: give the parent a new version; "+
				"or, where you mean it, `holdfast build --accept-parents` takes the new one.")
		return false
	}
	l.parents[id], l.changed = digest, true
	return true
}

// pinEmbedded holds a parent to the lock that is in the source, and those that it has embedded itself.
func (b *builder) pinEmbedded(u *unit, at string, e *yaml.Node) bool {
	doc := e.Get("document")
	if doc == nil || strings.EqualFold(filepath.Ext(u.path), ".json") {
		return true // a built document is what its digest says
	}
	digest, err := bundleDigest(b.Engine, doc.AppendJSON(nil))
	if err != nil {
		return true // what is wrong with it is for the core to say
	}
	good := b.pin(u, at, e.GetText("bundle")+"@"+e.GetText("version"), digest)
	if extends := doc.Get("extends"); extends != nil {
		for _, parent := range extends.Items {
			good = b.pinEmbedded(u, at, parent) && good
		}
	}
	return good
}

// bytes returns the lock as it is written, nil where it says what it said.
func (l *lock) bytes() []byte {
	if l == nil || !l.changed || l.failed {
		return nil
	}
	parents := yaml.NewMapping()
	for _, id := range slices.Sorted(maps.Keys(l.parents)) {
		parents.Members = append(parents.Members, yaml.NewMember(id, yaml.NewText(l.parents[id])))
	}
	return append(yaml.NewMapping(yaml.NewMember("holdfast", yaml.NewNumber(1)),
		yaml.NewMember("parents", parents)).AppendIndented(nil, 0), '\n')
}
