package host

// This file holds the bundle, the proposals and the engines that the tests use.

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// door is a bundle whose session remembers: each wait is appended to a log.
const door = `{"actions":{` +
	`"grid":{"args":{"a":"bool","b":"bool","c":"bool","d":"bool","e":"bool","f":"bool","g":"bool","h":"bool"}},` +
	`"turn":{"args":{"to":"bool"},"set":{"open":"args.to"}},` +
	`"wait":{"append":{"notes":"args.note"},"args":{"note":"string"}}},` +
	`"agents":{"guard":{},"user":{"proposes":true}},"bundle":"door",` +
	`"constraints":[{"id":"D-1","level":"operational","on":["turn"],"otherwise":{"say":"It is {state.open} already."},` +
	`"require":"args.to != state.open"}],` +
	`"holdfast":1,"logs":{"notes":{"max":1000,"of":"string"}},"state":{"open":{"owner":["guard"],"type":"bool"}},` +
	`"version":"1.0.0"}`

// question is answered with 260 entries, which takes the module some garbage.
const question = `{"actor":{"id":"g","kind":"guard"}}`

func turn(to bool, at int) []byte {
	return fmt.Appendf(nil, `{"action":"turn","actor":{"id":"g","kind":"guard"},"args":{"to":%v},"at":%d,`+
		`"reasons":["request"]}`, to, 1767225600000+at)
}

func wait(note string, at int) []byte {
	return fmt.Appendf(nil, `{"action":"wait","actor":{"id":"u","kind":"user"},"args":{"note":%q},"at":%d,`+
		`"reasons":["request"]}`, note, 1767225600000+at)
}

// large returns a JSON document of size bytes.
func large(size int) []byte { return []byte(`["` + strings.Repeat("x", size-4) + `"]`) }

// newEngine makes an engine that ends with the test. The cache in the user's directory makes it quick.
func newEngine(t testing.TB, options Options) *Engine {
	t.Helper()
	e, err := New(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// open loads door and opens a session.
func open(t testing.TB, c Core, id string) Session {
	t.Helper()
	b, err := c.Load([]byte(door))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer shows bytes and error on one line.
func answer(out []byte, err error) string {
	if err != nil {
		return fmt.Sprintf("%T: %v", err, err)
	}
	return string(out)
}
