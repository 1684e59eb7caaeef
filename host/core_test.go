package host

// This file tests that every engine offers and answers the same.

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

// What core and engines have in common; *core.Bundle opens *core.Session.
type sessionAPI interface {
	Decide([]byte) ([]byte, error)
	Why([]byte) ([]byte, error)
	Admissible([]byte) ([]byte, error)
	Path([]byte) ([]byte, error)
	Replay([]byte) error
	Snapshot() ([]byte, error)
	View() ([]byte, error)
}

type bundleAPI[S sessionAPI] interface {
	Name() string
	Version() string
	Digest() string
	Info() []byte
	Open(string) (S, error)
	Restore([]byte) (S, error)
}

var (
	_ bundleAPI[*core.Session] = (*core.Bundle)(nil)
	_ bundleAPI[Session]       = Bundle(nil)
	_ Session                  = (*core.Session)(nil)
	_ Catalog                  = (*core.Catalog)(nil)
	_ Core                     = (*Engine)(nil)
)

// engines are all there are.
func engines(t *testing.T) map[string]Core {
	return map[string]Core{
		"native":      Native(),
		"compiler":    newEngine(t, Options{Instances: 1}),
		"interpreter": newEngine(t, Options{Instances: 1, Interpreter: true, Deadline: -1}),
		"preempting":  newEngine(t, Options{Instances: 2, Preempt: true}),
	}
}

// tour calls everything once and more, and returns what was answered.
func tour(c Core) (answers []string) {
	note := func(out []byte, err error) []byte {
		line := answer(out, err)
		if invalid, ok := err.(*core.Invalid); ok {
			line = fmt.Sprintf("%#v", invalid.Diagnostics)
		} else if e, ok := err.(*core.Error); ok {
			line = fmt.Sprintf("%#v", *e)
		}
		answers = append(answers, line)
		return out
	}
	note(c.Canonical([]byte(`{"b":1, "a":"\u00e4"}`)))
	note(c.Canonical([]byte(`{"a":1,"a":2}`)))
	note(c.Canonical(large(300_000)))
	digest, err := c.Digest([]byte(door))
	note([]byte(digest), err)
	for _, doc := range []string{door, `{}`, `{"holdfast":1,"bundel":"x"}`} {
		found, err := c.Check([]byte(doc))
		note(fmt.Appendf(nil, "%#v", found), err)
	}
	note(c.Complete([]byte(`{"action":"turn","actor":{"kind":"guard"},"args":{"to":true}}`), 1767225600123))
	note(c.Complete([]byte(`[]`), -1))
	note(c.Eval([]byte(`{"expr":"a + 1","vars":{"a":2}}`)))
	note(c.Eval([]byte(`{"expr":"a +","vars":{"a":2}}`)))
	note(c.Case([]byte(`{}`)))
	note(c.Public([]byte(door)))
	_, err = c.Load([]byte(`{}`))
	note(nil, err)
	_, err = c.LoadCatalog([]byte(`{}`))
	note(nil, err)

	b, err := c.Load([]byte(door))
	if err != nil {
		return append(answers, err.Error())
	}
	note([]byte(strings.Join([]string{b.Name(), b.Version(), b.Digest(), string(b.Info())}, " ")), nil)
	_, err = b.Open("")
	note(nil, err)
	_, err = b.Restore([]byte(`{}`))
	note(nil, err)
	s, err := b.Open("tour")
	if err != nil {
		return append(answers, err.Error())
	}
	note(s.Why(turn(true, 0)))
	note(s.Path(turn(false, 0)))
	note(s.Admissible([]byte(question)))
	first := note(s.Decide(turn(true, 0)))
	second := note(s.Decide(turn(true, 1)))
	note(s.Decide([]byte(`{"action":"turn"}`)))
	snapshot := note(s.Snapshot())
	for i := range 3 {
		note(s.Decide(wait(strings.Repeat("long ", i*50), 2+i)))
	}
	note(s.View())
	again, err := b.Restore(snapshot)
	note(nil, err)
	if err == nil {
		note(again.View())
		note(again.Decide(wait("", 2)))
	}
	r, err := b.Open("tour")
	note(nil, err)
	if err == nil {
		note(nil, r.Replay(first))
		note(nil, r.Replay(first))
		note(nil, r.Replay(second))
		note(r.View())
	}
	return answers
}

func TestEnginesAnswerAlike(t *testing.T) {
	want := tour(Native())
	if len(want) < 35 {
		t.Fatalf("the tour ended after %d answers: %s", len(want), want[len(want)-1])
	}
	for name, c := range engines(t) {
		got := tour(c)
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("%s, answer %d: %v\nnative: %s", name, i, got[min(i, len(got)-1)], want[i])
				break
			}
		}
	}
}

func TestCatalogOnEveryEngine(t *testing.T) {
	catalog := `{"bundle":` + door + `,"catalog":"doors","entries":[],"holdfast":1,"matrix":{"n":[1,2]},"version":"1.0.0"}`
	var answers []string
	for name, c := range engines(t) {
		cat, err := c.LoadCatalog([]byte(catalog))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		line := string(cat.Info()) + " " + answer(cat.Resolve([]byte(`{"n":1}`))) + " " + answer(cat.Resolve([]byte(`[]`)))
		answers = append(answers, line)
	}
	if !strings.Contains(answers[0], `"stall"`) || len(slices.Compact(answers)) != 1 {
		t.Errorf("catalogs answer differently, or none stalls: %s", strings.Join(answers, "\n"))
	}
}

// Every method of core's types is on the engines' interfaces too, but for those that are left out on purpose.
func TestInterfacesHaveWhatCoreHas(t *testing.T) {
	left := []string{"Bundle.Warnings", "Session.Bundle", "Session.ID", "Session.Seq", "Catalog.Name", "Catalog.Version",
		"Session.Watch", // for pages, which the SDK gives it to: a server asks Why
	}
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[*core.Bundle](), reflect.TypeFor[Bundle]()},
		{reflect.TypeFor[*core.Session](), reflect.TypeFor[Session]()},
		{reflect.TypeFor[*core.Catalog](), reflect.TypeFor[Catalog]()},
	} {
		for i := range pair[0].NumMethod() {
			name := pair[0].Method(i).Name
			_, ok := pair[1].MethodByName(name)
			if full := pair[1].Name() + "." + name; !ok && !slices.Contains(left, full) {
				t.Errorf("host has no %s", full)
			}
		}
	}
}
