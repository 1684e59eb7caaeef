// Package peers measures what a user could take instead. It is a Go module of its
// own, so that nothing of it reaches Holdfast's.
package peers

import (
	"math/rand/v2"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
)

// BenchmarkPeer has the expressions of BenchmarkEval in package code on cel-go, its
// variables read from a map, and the phrases of BenchmarkPhrases in package text
// looked for one after the other, which is what one writes without a pattern set: it
// knows neither word boundaries nor other ways to write a letter.
func BenchmarkPeer(b *testing.B) {
	env, err := cel.NewEnv(cel.Variable("state.mode", cel.StringType), cel.Variable("args.to", cel.StringType),
		cel.Variable("args.drift", cel.IntType), cel.Variable("constants.tolerance",
			cel.MapType(cel.StringType, cel.IntType)))
	if err != nil {
		b.Fatal(err)
	}
	vars := map[string]any{"state.mode": "chat", "args.to": "task", "args.drift": int64(20),
		"constants.tolerance": map[string]int64{"chat": 100, "task": 20, "spec": 5, "debug": 50, "automatic": 20}}
	for _, c := range []struct{ name, src string }{
		{"one", "args.drift <= 50"},
		{"four", "state.mode == 'chat' && args.drift <= 50 && args.to != state.mode && args.drift >= 0"},
		{"index", "args.drift <= constants.tolerance[args.to]"},
	} {
		b.Run(c.name, func(b *testing.B) {
			ast, found := env.Compile(c.src)
			if found.Err() != nil {
				b.Fatal(found.Err())
			}
			p, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if v, _, err := p.Eval(vars); err != nil || v.Value() != true {
					b.Fatal(v, err)
				}
			}
		})
	}
	b.Run("phrases", func(b *testing.B) {
		r := rand.New(rand.NewPCG(7, 8))
		word := func() string {
			letters := make([]byte, 3+r.IntN(6))
			for i := range letters {
				letters[i] = byte('a' + r.IntN(26))
			}
			return string(letters)
		}
		var phrases []string
		for range 1000 {
			phrases = append(phrases, word()+" "+word()+" "+word())
		}
		var text strings.Builder
		for text.Len() < 10_000 {
			text.WriteString(word() + " ")
		}
		for b.Loop() {
			lower := strings.ToLower(text.String())
			for _, p := range phrases {
				if strings.Contains(lower, p) {
					b.Fatal("hit")
				}
			}
		}
	})
}
