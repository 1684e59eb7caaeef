package core_test

// This file compares the numbers that BUNDLE.md gives with the constants in force.

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/lib"
	bundles "github.com/holdfast-rt/holdfast/core/internal/load"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/text"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// limits are the rows of the table, by how they begin.
var limits = map[string]int{
	"units of one expression":                                  code.MaxCost,
	"units of one decision":                                    model.DecisionCost,
	"bytes of an expression":                                   syntax.MaxSource,
	"brackets inside each other":                               syntax.MaxNesting,
	"links of a chain, `a + b + …`":                            syntax.MaxHeight,
	"steps of one regular expression in `matches`":             lib.MaxRegexpSize,
	"bytes of a regular expression in `matches`":               lib.MaxPattern,
	"digits after the point in `format`":                       lib.MaxPrecision,
	"bytes of a computed text":                                 value.MaxSize,
	"items of a computed list":                                 value.MaxItems,
	"bytes of a bundle document":                               bundles.MaxDocument,
	"bytes of a name or id":                                    model.MaxName,
	"bytes of a title of an action, argument, agent or member": bundles.MaxTitle,
	"bytes of another title, an about or a say":                bundles.MaxText,
	"agents": bundles.MaxAgents,
	"types, state variables, actions, constants, params or metadata, each": bundles.MaxVars,
	"members of an enum, fields of a record":                               bundles.MaxMembers,
	"nesting of a type, those of the types it names counted in":            bundles.MaxTypeDepth,
	"fields, entries and members of a type, and each 64 bytes of titles":   bundles.MaxTypeSize,
	"the same of all variables, logs, arguments and params":                bundles.MaxTypeSizes,
	"values that mappings of one document leave out":                       model.MaxFilled,
	"arguments of an action":                                               model.MaxArgs,
	"effects of an action":                                                 bundles.MaxEffects,
	"parts of an effect's path":                                            bundles.MaxSteps,
	"constraints":                                                          bundles.MaxConstraints,
	"logs":                                                                 bundles.MaxLogs,
	"items of a log":                                                       bundles.MaxLogItems,
	"derived names":                                                        bundles.MaxDerived,
	"bytes of all derived values as JSON":                                  model.ResultLimit.Bytes,
	"bytes of the tables of all patterns":                                  bundles.MaxTables,
	"bytes of all expressions, and 64 each, for every action they are compiled for": bundles.MaxCompiled,
	"units of all conditions in `valid` and all examples of patterns":               bundles.MaxChecking,
	"units of one question to `admissible` or `path`":                               model.QuestionCost,
	"entries of `keep`":             bundles.MaxKeeps,
	"pattern sets":                  bundles.MaxPatterns,
	"alternatives of a pattern set": bundles.MaxPhrases,
	"bytes of a phrase, or of a regular expression in a pattern":          text.MaxPatternBytes,
	"steps of all regular expressions of a pattern set":                   text.MaxSteps,
	"scenarios, steps of a scenario":                                      bundles.MaxTests,
	"parents, all told":                                                   bundles.MaxParents,
	"generations of parents":                                              bundles.MaxExtends,
	"largest bound of a string, in bytes":                                 bundles.MaxBound,
	"largest `max` of a list or map":                                      bundles.MaxListBound,
	"bytes of a session's variables and logs as JSON":                     model.MaxState,
	"values in them, keys counted too":                                    model.MaxStateValues,
	"bytes of a proposal, as sent and with everything left out filled in": core.MaxProposal,
	"reasons of a proposal":                                               core.MaxReasons,
	"bytes of one reason":                                                 core.MaxReason,
	"bytes of an actor's id":                                              core.MaxActorID,
	"proposals that wait at a time":                                       core.MaxHolds,
	"bytes of them together":                                              core.MaxParked,
}

// grouped writes n with a comma before every three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func TestLimitsAreDocumented(t *testing.T) {
	data, err := os.ReadFile("BUNDLE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(data), "\n## Cost and limits\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, table, ok := strings.Cut(section, "| limit | most | why this much |\n|---|---|---|\n")
	if !ok {
		t.Fatal("BUNDLE.md has no table of limits")
	}
	seen := 0
	for _, row := range strings.Split(strings.TrimSpace(table), "\n") {
		cells := strings.Split(row, " | ")
		what := strings.TrimPrefix(cells[0], "| ")
		n, ok := limits[what]
		if !ok {
			t.Errorf("what is meant by %q?", what)
			continue
		}
		if seen++; cells[1] != grouped(n) {
			t.Errorf("%s: BUNDLE.md says %s, it is %s", what, cells[1], grouped(n))
		}
	}
	if seen != len(limits) {
		t.Errorf("%d of %d limits are documented", seen, len(limits))
	}
	if bundles.MaxTypes != bundles.MaxVars || bundles.MaxActions != bundles.MaxVars ||
		bundles.MaxConstants != bundles.MaxVars {
		t.Error("types, variables, actions and constants have limits of their own now")
	}
	// The units in the other table, and the sizes that stand in where a type has no bound.
	for pattern, want := range map[string]int{
		`1 more for each full ([\d,]+) bytes`:                vm.BytesPerUnit,
		`those again for each ([\d,]+) bytes`:                vm.StepsPerUnit,
		`and 4 more, for each ([\d,]+) bytes`:                vm.StepsPerUnit,
		`counts as\s+text of ([\d,]+) bytes`:                 code.UnboundedBytes,
		`counts as\s+text of [\d,]+ bytes or ([\d,]+) items`: code.UnboundedItems,
	} {
		m := regexp.MustCompile(pattern).FindStringSubmatch(section)
		if m == nil || m[1] != grouped(want) {
			t.Errorf("%s: BUNDLE.md has %q, it is %s", pattern, m, grouped(want))
		}
	}
}

func TestWarningsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("BUNDLE.md")
	if err != nil {
		t.Fatal(err)
	}
	warnings := 0
	for _, e := range codes.All {
		if !strings.HasPrefix(e.Code, "lint/") {
			continue
		}
		warnings++
		if !strings.Contains(string(page), "| `"+e.Code+"` |") {
			t.Errorf("BUNDLE.md does not say when %s is given", e.Code)
		}
	}
	if warnings < 12 {
		t.Errorf("%d warnings", warnings)
	}
}
