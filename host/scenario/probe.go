package scenario

// This file finds which patterns a proposal's text hits. A decision shows spans only
// of what a violation has read, and a rule such as "must ask a question" is kept
// when its pattern does hit. So the core is asked, with a small bundle that has
// the document's patterns, and an action with a constraint for each of them.

import (
	"errors"
	"slices"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

// probePrefix and a pattern's index are the action that asks about it.
const probePrefix = "holdfast_probe_"

// probeBytes is how long a text is asked about: as a proposal's can be, or less where
// deciding that would cost more than the core allows.
var probeBytes = []int{core.MaxProposal, core.MaxProposal / 8, core.MaxProposal / 64}

// probe asks which patterns hit a text. A nil probe has no patterns.
type probe struct {
	session  host.Session
	agent    string
	patterns []string
	bytes    int
	asked    map[string]bool // texts that were asked about, in any scenario
}

func newProbe(engine host.Core, document, info []byte) (*probe, error) {
	var declared struct {
		Agents   []struct{ Name string }
		Patterns []struct{ Name string }
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(info, &declared); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	if len(declared.Patterns) == 0 {
		return nil, nil
	}
	p := &probe{agent: declared.Agents[0].Name, asked: map[string]bool{}}
	small := map[string]any{}
	for _, key := range []string{"holdfast", "bundle", "version", "extends", "agents", "types", "constants", "params",
		"metadata", "patterns"} {
		if value, ok := doc[key]; ok {
			small[key] = value
		}
	}
	var constraints []any
	for i, pattern := range declared.Patterns {
		p.patterns = append(p.patterns, pattern.Name)
		constraints = append(constraints, map[string]any{
			"id": "holdfast-probe-" + strconv.Itoa(i), "level": "operational", "on": []string{probePrefix + strconv.Itoa(i)},
			"require": "!args.text.hits(" + strconv.Quote(pattern.Name) + ")",
		})
	}
	small["constraints"] = constraints
	var bundle host.Bundle
	var err error
	for _, p.bytes = range probeBytes {
		actions := map[string]any{}
		for i := range p.patterns {
			actions[probePrefix+strconv.Itoa(i)] = map[string]any{
				"args": map[string]any{"text": map[string]any{"string": p.bytes}}}
		}
		small["actions"] = actions
		src, broken := json.Marshal(small)
		if broken != nil {
			return nil, broken
		}
		if bundle, err = engine.Load(src); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	p.session, err = bundle.Open(sessionID)
	return p, err
}

// see notes which patterns the texts of a proposal hit.
func (p *probe) see(patterns *set, proposal []byte) error {
	if p == nil {
		return nil
	}
	var parts struct {
		Args    any
		Reasons []string
	}
	if err := json.Unmarshal(proposal, &parts); err != nil {
		return err
	}
	for _, text := range appendTexts(parts.Reasons, parts.Args) {
		if p.asked[text] || len(text) > p.bytes {
			continue
		}
		p.asked[text] = true
		for i, pattern := range p.patterns {
			if patterns.seen[pattern] {
				continue
			}
			hit, err := p.hits(i, text)
			if err != nil {
				return err
			}
			if hit {
				patterns.see(pattern)
			}
		}
	}
	return nil
}

// hits says whether a pattern hits a text.
func (p *probe) hits(pattern int, text string) (bool, error) {
	src, err := json.Marshal(map[string]any{
		"action": probePrefix + strconv.Itoa(pattern), "actor": Actor{p.agent, p.agent},
		"args": map[string]string{"text": text}, "at": firstAt, "reasons": []string{"request"},
	})
	if err != nil {
		return false, err
	}
	answer, err := p.session.Why(src)
	var refusal *core.Error
	if errors.As(err, &refusal) && refusal.Code == codes.LimitProposal {
		return false, nil // the text fits a proposal only without what is around it here
	}
	if err != nil {
		return false, err
	}
	var d decision
	if err := json.Unmarshal(answer, &d); err != nil {
		return false, err
	}
	id := "holdfast-probe-" + strconv.Itoa(pattern)
	return slices.ContainsFunc(d.Violations, func(v reason) bool { return v.ID == id }), nil
}

// appendTexts appends every text within a value.
func appendTexts(texts []string, value any) []string {
	switch v := value.(type) {
	case string:
		texts = append(texts, v)
	case []any:
		for _, item := range v {
			texts = appendTexts(texts, item)
		}
	case map[string]any:
		for _, item := range v {
			texts = appendTexts(texts, item)
		}
	}
	return texts
}
