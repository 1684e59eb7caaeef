package scenario

// This file defines Coverage: which parts of a bundle scenarios have reached.

import (
	"fmt"
	"slices"

	"github.com/goccy/go-json"
)

// verdicts are those a decision can have, in the order of the specification's table.
var verdicts = []string{"commit", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze"}

// Coverage counts what scenarios reach. The zero value is empty: [Coverage.Add] puts
// together those of a catalog's points, which declare the same.
type Coverage struct {
	constraints, actions, patterns, moves set
	verdicts                              map[string]int
	moving                                map[string]bool // variables with moves
}

// set is what can be reached, in the order of declaration, and what was.
type set struct {
	all  []string
	seen map[string]bool
}

func (s *set) add(name string) {
	if !slices.Contains(s.all, name) {
		s.all = append(s.all, name)
	}
}

func (s *set) see(name string) {
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[name] = true
}

func (s *set) items() Items {
	items := Items{Total: len(s.all), Missing: []string{}}
	for _, name := range s.all {
		if s.seen[name] {
			items.Seen++
		} else {
			items.Missing = append(items.Missing, name)
		}
	}
	return items
}

// Items is one kind of thing that can be reached.
type Items struct {
	Total   int      `json:"total"`
	Seen    int      `json:"seen"`
	Missing []string `json:"missing"` // in the order of declaration
}

// Report is a Coverage for people and programs.
type Report struct {
	// Percent is how much was reached of the four kinds together, rounded down; 100
	// where there is nothing to reach.
	Percent     int            `json:"percent"`
	Constraints Items          `json:"constraints"` // violated at least once; of `prefer`, given as advice
	Actions     Items          `json:"actions"`     // committed at least once
	Patterns    Items          `json:"patterns"`    // hit by a proposal's text at least once
	Moves       Items          `json:"moves"`       // of enums with moves, committed at least once: "mode: chat -> task"
	Verdicts    map[string]int `json:"verdicts"`    // how many decisions had each
}

// Reached returns how many things were reached, of how many.
func (r *Report) Reached() (seen, total int) {
	for _, items := range []Items{r.Constraints, r.Actions, r.Patterns, r.Moves} {
		seen, total = seen+items.Seen, total+items.Total
	}
	return seen, total
}

// Verdicts returns the names of all verdicts, for showing those of a Report in order.
func Verdicts() []string { return slices.Clone(verdicts) }

// newCoverage reads from a bundle's document and Info what there is to reach: what the
// document declares itself. What its parents declare is theirs to test.
func newCoverage(document, info []byte) (*Coverage, error) {
	var own struct {
		Actions, Patterns, State map[string]json.RawMessage
		Constraints              []struct{ ID string }
	}
	if err := json.Unmarshal(document, &own); err != nil {
		return nil, fmt.Errorf("the bundle's document cannot be read: %w", err)
	}
	ids := map[string]bool{}
	for _, x := range own.Constraints {
		ids[x.ID] = true
	}
	var declared struct {
		Actions, Constraints, Patterns []struct{ ID, Name string }
		State                          []struct {
			Name  string
			Moves *struct {
				ID    string
				Allow [][2]string
			}
			Never []struct{ ID string }
		}
	}
	if err := json.Unmarshal(info, &declared); err != nil {
		return nil, fmt.Errorf("the bundle's declarations cannot be read: %w", err)
	}
	c := &Coverage{verdicts: map[string]int{}, moving: map[string]bool{}}
	for _, v := range declared.State {
		if own.State[v.Name] == nil {
			continue
		}
		for _, never := range v.Never {
			c.constraints.add(never.ID)
		}
		if v.Moves == nil {
			continue
		}
		c.constraints.add(v.Moves.ID)
		c.moving[v.Name] = true
		for _, move := range v.Moves.Allow {
			c.moves.add(moveName(v.Name, move[0], move[1]))
		}
	}
	for _, x := range declared.Constraints {
		if ids[x.ID] {
			c.constraints.add(x.ID)
		}
	}
	for _, x := range declared.Actions {
		if own.Actions[x.Name] != nil {
			c.actions.add(x.Name)
		}
	}
	for _, x := range declared.Patterns {
		if own.Patterns[x.Name] != nil {
			c.patterns.add(x.Name)
		}
	}
	return c, nil
}

func moveName(variable, from, to string) string { return variable + ": " + from + " -> " + to }

// see notes what a decision shows. action is the declared action that is meant: of
// a confirmation, the one confirmed.
func (c *Coverage) see(d *decision, action string) {
	c.verdicts[d.Verdict]++
	for _, v := range d.Violations {
		c.constraints.see(v.ID)
		for _, span := range v.Spans {
			c.patterns.see(span.Pattern)
		}
	}
	for _, a := range d.Advice {
		c.constraints.see(a.ID)
	}
	if d.Verdict != "commit" {
		return
	}
	c.actions.see(action)
	for _, change := range d.Changes {
		from, _ := change.From.(string)
		to, _ := change.To.(string)
		if c.moving[change.Path] && from != to {
			c.moves.see(moveName(change.Path, from, to))
		}
	}
}

// Add takes over what another bundle's scenarios have reached: of the same
// declarations, such as another point of one catalog.
func (c *Coverage) Add(other *Coverage) {
	pairs := [][2]*set{{&c.constraints, &other.constraints}, {&c.actions, &other.actions}, {&c.patterns, &other.patterns},
		{&c.moves, &other.moves}}
	for _, pair := range pairs {
		for _, name := range pair[1].all {
			pair[0].add(name)
		}
		for name := range pair[1].seen {
			pair[0].see(name)
		}
	}
	if c.verdicts == nil {
		c.verdicts = map[string]int{}
	}
	for verdict, n := range other.verdicts {
		c.verdicts[verdict] += n
	}
}

// Report says what was reached and what was not.
func (c *Coverage) Report() Report {
	r := Report{
		Percent:     100,
		Constraints: c.constraints.items(),
		Actions:     c.actions.items(),
		Patterns:    c.patterns.items(),
		Moves:       c.moves.items(),
		Verdicts:    map[string]int{},
	}
	for verdict, n := range c.verdicts {
		r.Verdicts[verdict] = n
	}
	if seen, total := r.Reached(); total > 0 {
		r.Percent = seen * 100 / total
	}
	return r
}
