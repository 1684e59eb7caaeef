package parity

// This file makes random proposals.

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Parked is a proposal that waits: what a confirmation has to name.
type Parked struct {
	Seq    int64
	Digest string
}

// Proposal returns the next proposal: mostly a good one, now and then one that is
// almost good, or bytes that are none. parked are the proposals that wait.
func (g *Generator) Proposal(parked []Parked) []byte {
	g.at += int64(g.r.IntN(3)) * 1000
	p := map[string]any{
		"actor":   map[string]any{"kind": g.one(g.agents...), "id": g.one("ann", "bob", "mallory")},
		"at":      g.at,
		"reasons": [][]string{{"request"}, {"urgency"}, {}, {"urgency", "other"}}[g.r.IntN(4)],
		"args":    map[string]any{},
	}
	switch {
	case len(parked) > 0 && g.chance(3):
		h := parked[g.r.IntN(len(parked))]
		p["action"] = g.one("confirm", "confirm", "decline", "expire")
		args := map[string]any{"hold": h.Seq}
		if p["action"] == "confirm" {
			args["digest"] = h.Digest
			if g.chance(8) {
				args["digest"] = strings.Replace(h.Digest, "a", "b", 1)
			}
		}
		p["args"] = args
	case g.chance(12):
		p["action"] = g.one("unfreeze", "expire", "nothing")
		if p["action"] == "expire" {
			p["args"] = map[string]any{"hold": 99}
		}
	default:
		a := g.actions[g.r.IntN(len(g.actions))]
		p["action"] = a.name
		args := map[string]any{}
		for _, arg := range a.args {
			args[arg.name] = g.value(arg.kind)
		}
		p["args"] = args
	}
	if g.chance(25) {
		p[g.one("actor", "at", "args", "reasons", "more")] = []any{nil, 1, "x", map[string]any{"kind": "agent0"}, []int{1}}[g.r.IntN(5)]
	}
	out, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	if g.chance(30) {
		i := g.r.IntN(len(out))
		switch g.r.IntN(4) {
		case 0:
			out = out[:i]
		case 1:
			out[i] ^= byte(1 << g.r.IntN(8))
		case 2:
			out = append(out, g.one("x", " ", "{}", "\x00")...)
		case 3:
			out = []byte(strings.Replace(string(out), `"at":`, g.one(`"at":1,"at":`, `"at":1e400,"x":`, `"at":9007199254740993,"x":`, `"\ud800":1,"at":`), 1))
		}
	}
	return out
}

func (g *Generator) value(kind string) any {
	if g.chance(40) {
		return []any{nil, "x", 1.5, true, []int{}, 1 << 60}[g.r.IntN(6)]
	}
	switch kind {
	case "bool":
		return g.chance(2)
	case "int":
		return g.r.IntN(61) - 20
	case "double":
		return json.Number(g.one("0", "0.5", "-1.25", "1e300", "1e-7", fmt.Sprint(g.r.Float64())))
	case "enum":
		return g.one(members...)
	}
	return g.one(texts...)
}
