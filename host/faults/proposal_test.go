package faults

// This file makes random proposals: most may be decided, some commit, some are wrong.

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// files are the bundles that are proposed to.
var files = []string{
	"../../testdata/examples/checkout/checkout.yaml",
	"../../testdata/bundles/spektre/spektre.yaml",
	"../../testdata/bundles/mode-constraint-layer/mode-constraint-layer.yaml",
}

// build makes a bundle's document, and its name@version.
func build(tb testing.TB, file string) (document []byte, name string) {
	tb.Helper()
	built, findings := author.Build(filepath.FromSlash(file), author.Options{Engine: host.Native()})
	if yaml.Failed(findings) {
		tb.Fatalf("%s: %v", file, findings)
	}
	return built.Document, built.Name + "@" + built.Version
}

// wish is an action with who asks and what for.
type wish struct{ action, kind, args string }

// wishes are what clients of a bundle ask for.
func wishes(bundle string, r *rand.Rand) wish {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	if r.IntN(12) == 0 { // no proposal at all
		return [...]wish{
			{"no_such_action", "user", `{}`},
			{"add", "nobody", `{"item":"mug","count":1}`},
			{"add", "shopper", `{"item":"chair","count":1}`},
			{"raise", "owner", `{"by":"ten"}`},
			{"enter", "user", `{"to":"spec"}`},
		}[r.IntN(5)]
	}
	switch bundle {
	case "checkout@1.0.0":
		switch r.IntN(10) {
		case 0:
			return wish{"pay", pick("payments", "shopper", "clerk"), fmt.Sprintf(`{"amount":%d}`, r.IntN(20)*300)}
		case 1:
			return wish{pick("ship", "refund"), pick("clerk", "shopper"), `{}`}
		case 2, 3, 4, 5:
			return wish{
				"remove",
				pick("shopper", "clerk"),
				fmt.Sprintf(`{"item":%q,"count":%d}`, pick("mug", "shirt", "poster"), 1+r.IntN(4)),
			}
		default:
			return wish{
				"add",
				"shopper",
				fmt.Sprintf(`{"item":%q,"count":%d}`, pick("mug", "shirt", "poster"), 1+r.IntN(4)),
			}
		}
	case "spektre@1.1.0":
		switch r.IntN(12) {
		case 0:
			return wish{pick("draft", "commit_plan"), pick("operator", "observer"), `{}`}
		case 1, 2:
			return wish{"settle", pick("owner", "operator", "observer"), `{}`}
		default:
			return wish{pick("raise", "lower"), pick("owner", "operator"), fmt.Sprintf(`{"by":%d}`, 1+r.IntN(60))}
		}
	default:
		switch r.IntN(8) {
		case 0:
			return wish{
				"set_coherence",
				pick("regime", "user"),
				fmt.Sprintf(`{"to":%q}`, pick("declared", "inferred", "suspended")),
			}
		case 1:
			return wish{"fail", pick("system", "user", "automatic"), `{"cause":"timeout"}`}
		case 2:
			return wish{"expire", "system", fmt.Sprintf(`{"hold":%d}`, 1+r.IntN(50))}
		default:
			return wish{
				"enter",
				pick("user", "user", "automatic", "external", "system"),
				fmt.Sprintf(`{"to":%q,"drift":%d,"declared":%v}`,
					pick("chat", "task", "spec", "debug", "automatic"), r.IntN(30), r.IntN(4) > 0),
			}
		}
	}
}

// accept is what an owner says to what the bundle has parked.
func accept(bundle string, seq int64, proposal string, r *rand.Rand) wish {
	kind := map[string]string{"checkout@1.0.0": "clerk", "spektre@1.1.0": "owner"}[bundle]
	if kind == "" {
		kind = "user"
	}
	if r.IntN(4) == 0 {
		return wish{"decline", kind, fmt.Sprintf(`{"hold":%d}`, seq)}
	}
	return wish{"confirm", kind, fmt.Sprintf(`{"hold":%d,"digest":%q}`, seq, proposal)}
}
