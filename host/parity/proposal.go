package parity

// This file makes proposals for a session, and questions about it.

import (
	"encoding/json"
	"fmt"
	"strings"
)

// View is what a proposal is made from: a part of a session's view.
type View struct {
	At     int64
	Frozen bool
	Holds  []struct {
		Seq, At, Expires int64
		By               []string
		Digest           string
	}
}

// ReadView reads a session's view.
func ReadView(doc []byte) (v View, err error) { return v, json.Unmarshal(doc, &v) }

// actor makes an actor of the bundle.
func (b *Bundle) actor(r *Rand) object {
	kind := pick(r, b.agents).name
	return object{"kind": kind, "id": pick(r, []string{kind, "u1", "u2", "é\u200b😀", strings.Repeat("x", 128)})}
}

func (b *Bundle) reasons(r *Rand) []string {
	reasons := []string{}
	for range r.N(3) {
		reasons = append(reasons, pick(r, []string{"request", "urgent", r.text(40), ""}))
	}
	return reasons
}

// at makes the time of the next proposal: mostly a second later, often the same, and now and then much later.
func (b *Bundle) at(r *Rand, v View) int64 {
	if v.At == 0 && r.P(50) {
		return firstAt
	}
	return min(v.At+pick(r, []int64{0, 0, 1, 1000, 1000, 1000, b.ttl, b.ttl + 1, 3600_000}), 253402300799999)
}

// Proposal makes a proposal: mostly a right one, as JSON that need not be canonical.
func (b *Bundle) Proposal(r *Rand, v View) []byte {
	p := object{"actor": b.actor(r), "at": b.at(r, v), "reasons": b.reasons(r)}
	if !b.builtin(r, v, p) {
		a := pick(r, b.actions)
		args := object{}
		for _, arg := range a.args {
			if !arg.optional || r.P(60) {
				args[arg.name] = r.value(arg.typ)
			}
		}
		if r.P(8) && len(a.args) > 0 {
			arg := pick(r, a.args)
			args[arg.name] = r.wrong(arg.typ)
		}
		p["action"], p["args"] = a.name, args
	}
	if r.P(7) {
		b.damage(r, v, p)
	}
	doc, err := json.Marshal(p)
	if err != nil {
		panic(err) // a bug of the generator: everything in it is JSON
	}
	if r.P(5) {
		return mangle(r, doc)
	}
	if r.P(20) {
		doc = append([]byte(" \n"), append(doc, '\t')...)
	}
	return doc
}

// builtin makes p one of confirm, decline, expire and unfreeze; it says whether it did.
func (b *Bundle) builtin(r *Rand, v View, p object) bool {
	if v.Frozen && r.P(30) || r.P(2) {
		p["action"], p["args"] = "unfreeze", object{}
		if len(b.governance) > 0 && r.P(70) {
			p["actor"] = object{"kind": pick(r, b.governance), "id": "g"}
		}
		return true
	}
	if len(v.Holds) == 0 && !r.P(3) || len(v.Holds) > 0 && !r.P(45) {
		return false
	}
	seq, digest := int64(1+r.N(9)), "sha256:"+strings.Repeat("0", 64)
	if len(v.Holds) > 0 && r.P(90) {
		h := pick(r, v.Holds)
		seq, digest = h.Seq, h.Digest
		if len(h.By) > 0 && r.P(75) {
			p["actor"] = object{"kind": pick(r, h.By), "id": "confirmer"}
		}
		if r.P(15) {
			p["at"] = max(v.At, h.Expires)
		}
		if r.P(10) {
			digest = "sha256:" + strings.Repeat("1", 64)
		}
	}
	switch r.N(6) {
	case 0:
		p["action"], p["args"] = "decline", object{"hold": seq}
	case 1:
		p["action"], p["args"] = "expire", object{"hold": seq}
	default:
		p["action"], p["args"] = "confirm", object{"hold": seq, "digest": digest}
	}
	return true
}

// damage makes one mistake in p that is still JSON.
func (b *Bundle) damage(r *Rand, v View, p object) {
	switch r.N(13) {
	case 0:
		p["action"] = pick(r, []any{"nothing", "act", 1, nil, "Act0"})
	case 1:
		p["actor"] = pick(r, []any{object{"kind": "nobody", "id": "x"}, object{"kind": b.agents[0].name},
			object{"kind": b.agents[0].name, "id": ""}, "user",
			object{"kind": b.agents[0].name, "id": strings.Repeat("x", 129)}})
	case 2:
		p["at"] = pick(r, []any{-1, 1.5, "now", nil, 253402300800000, max(0, v.At-1)})
	case 3:
		delete(p, pick(r, []string{"action", "actor", "args", "at", "reasons"}))
	case 4:
		p["extra"] = 1
	case 5:
		p["args"] = pick(r, []any{[]any{}, nil, object{"nothing": 1}, object{}})
	case 6:
		p["reasons"] = pick(r, []any{"request", []any{1}, strings.Split(strings.Repeat("r,", 20), ","),
			[]string{strings.Repeat("long", 80)}, object{}})
	case 7:
		p["action"], p["args"] = pick(r, []string{"confirm", "decline", "expire", "unfreeze"}), object{
			"hold":   pick(r, []any{0, -1, 1.5, "1", nil, 1}),
			"digest": pick(r, []any{"sha256:xyz", nil, 1, "sha256:" + strings.Repeat("A", 64)})}
	case 8:
		p["at"] = max(0, v.At-r.Between(1, 100000))
	case 9:
		p["args"] = object{"x0": strings.Repeat("y", 70000)}
	default:
		if args, ok := p["args"].(object); ok {
			args[pick(r, []string{"x0", "x1", "x9", "hold"})] = pick(r, []any{nil, 1, "x", []any{nil}, object{"f0": nil}})
		}
	}
}

// mangle breaks the bytes of a document.
func mangle(r *Rand, doc []byte) []byte {
	i := r.N(len(doc))
	switch r.N(10) {
	case 0:
		return doc[:i]
	case 1:
		doc[i] ^= 1 << r.N(8)
		return doc
	case 2:
		return append(doc, doc...)
	case 3:
		return []byte(strings.Replace(string(doc), `"at":`, `"at":1,"at":`, 1))
	case 4:
		return []byte(strings.Replace(string(doc), `"id":"`, `"id":"\ud800`, 1))
	case 5:
		return []byte(strings.Replace(string(doc), `"at":`, `"at":1e400,"bt":`, 1))
	case 6:
		return []byte(strings.Replace(string(doc), `"at":`, `"at":9007199254740993,"bt":`, 1))
	case 7:
		return append(doc[:i:i], append([]byte("\xff"), doc[i:]...)...)
	case 8:
		return pick(r, [][]byte{{}, []byte("null"), []byte("[]"), []byte("\ufeff{}"), []byte("'x'"),
			[]byte(strings.Repeat("[", 200))})
	}
	deep := strings.Repeat(`{"x":`, 200) + `1` + strings.Repeat(`}`, 200)
	return []byte(strings.Replace(string(doc), `"args":`, `"args":`+deep+`,"brgs":`, 1))
}

// Question makes what admissible is asked.
func (b *Bundle) Question(r *Rand, v View) []byte {
	actor := b.actor(r)
	if r.P(40) {
		delete(actor, "id")
	}
	q := object{"actor": actor}
	if r.P(60) {
		q["at"] = b.at(r, v)
	}
	if r.P(40) {
		q["reasons"] = b.reasons(r)
	}
	if r.P(4) {
		q[pick(r, []string{"actor", "at", "reasons", "more"})] = pick(r, []any{nil, "x", []any{1}, object{"kind": "nobody"}})
	}
	doc, err := json.Marshal(q)
	if err != nil {
		panic(err) // a bug of the generator: everything in it is JSON
	}
	return doc
}

// Open makes values for the arguments of an action that an answer leaves open, and
// for those only.
func (b *Bundle) Open(r *Rand, name string, args map[string]json.RawMessage) bool {
	for _, a := range b.actions {
		if a.name != name {
			continue
		}
		for _, arg := range a.args {
			if _, given := args[arg.name]; given {
				continue
			}
			v, err := json.Marshal(r.value(arg.typ))
			if err != nil {
				panic(fmt.Sprint("not JSON: ", err))
			}
			args[arg.name] = v
		}
		return true
	}
	return false
}
