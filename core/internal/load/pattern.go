package load

// This file reads pattern sets: rules about text.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/text"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// declarePatterns reads `patterns`.
func (b *loader) declarePatterns(x node) {
	x.members(MaxPatterns, "patterns", func(name string, v node) {
		if !v.identifier(name, "a pattern", true) || !b.fresh(v, "pattern", name) || !v.keys("about", "any", "hit", "miss") {
			return
		}
		p := model.Pattern{Name: name, About: v.optionalText("about")}
		// The name is declared even where the rest is wrong, so that one mistake is reported once.
		defer func() {
			b.Patterns = append(b.Patterns, p)
			b.Sets = append(b.Sets, p.Set)
			b.SetNames = append(b.SetNames, name)
		}()
		any := v.need("any")
		if !any.ok() {
			return
		}
		var list []text.Pattern
		var from []node
		any.items(MaxPhrases, "phrases and expressions", func(i int, w node) {
			for _, q := range b.alternatives(w) {
				list = append(list, q)
				from = append(from, w)
			}
		})
		if len(list) == 0 {
			if !x.r.diag.Failed() {
				any.fail(codes.BundlePattern, "the pattern `"+name+"` matches nothing: it has no alternatives.",
					"add a `{phrase: TEXT}` or a `{regex: TEXT}`.")
			}
			return
		}
		if len(list) > MaxPhrases {
			any.fail(codes.LimitCount,
				"there are "+strconv.Itoa(len(list))+" alternatives, and at most "+strconv.Itoa(MaxPhrases)+" are allowed.", "")
			return
		}
		if b.tables > MaxTables {
			return // reported already
		}
		set, err := text.Compile(list)
		if err != nil {
			at := from[min(err.Index, len(from)-1)]
			for _, key := range []string{"phrase", "regex", "phrases"} {
				if k := at.get(key); k.ok() {
					at = k
				}
			}
			d := diag.Diagnostic{Code: err.Code, Path: at.path, Message: err.Message}
			if err.Offset > 0 && at.kind() == canon.String && list[err.Index].Regex != "" {
				d.Off, d.End = err.Offset, err.Offset+1
			}
			for _, mark := range []string{"(?=", "(?!", "(?<"} {
				if strings.Contains(list[err.Index].Regex, mark) {
					d.Hint = "RE2 does not look ahead or behind: match the words themselves, or use two patterns."
				}
			}
			x.r.diag.Add(d)
			return
		}
		if b.tables += set.Bytes(); b.tables > MaxTables {
			any.fail(codes.LimitPatternSize, "the phrases of the patterns up to this one come to "+strconv.Itoa(b.tables>>20)+
				" MiB unrolled, and "+strconv.Itoa(MaxTables>>20)+" are allowed in a bundle.",
				"name one pattern in several constraints rather than write it twice.")
			return
		}
		p.Set = set
		p.Hit = b.examples(v.get("hit"), set, name, true)
		p.Miss = b.examples(v.get("miss"), set, name, false)
	})
}

// alternatives reads one item of `any`.
func (b *loader) alternatives(x node) []text.Pattern {
	if !x.keys("phrase", "phrases", "regex") {
		return nil
	}
	if x.r.doc.Len(x.n) != 1 {
		x.fail(codes.BundleForm, "an alternative is one of `phrase`, `phrases` and `regex`.", "")
		return nil
	}
	if v := x.get("phrase"); v.ok() {
		if s, ok := v.text(MaxText); ok {
			if s == "" {
				v.fail(codes.BundlePattern, "an empty phrase matches nothing.", "")
				return nil
			}
			return []text.Pattern{{Phrase: s}}
		}
		return nil
	}
	if v := x.get("regex"); v.ok() {
		if s, ok := v.text(MaxText); ok {
			if s == "" {
				v.fail(codes.BundlePattern, "an empty regular expression matches everything.", "")
				return nil
			}
			return []text.Pattern{{Regex: s}}
		}
		return nil
	}
	v := x.get("phrases")
	if !v.ok() {
		return nil // the one key there is was reported
	}
	var list []text.Pattern
	if v.kind() == canon.Array {
		v.items(MaxPhrases, "phrases", func(i int, w node) {
			if s, ok := w.text(MaxText); ok && s != "" {
				list = append(list, text.Pattern{Phrase: s})
			}
		})
		return list
	}
	of := &types.Type{Kind: types.List, Elem: &types.Type{Kind: types.String}}
	p := b.expr(v, FixedPlace, AnyAction, of)
	if p == nil {
		return nil
	}
	m := vm.Machine{CostLimit: model.DecisionCost}
	got := m.Run(p)
	if got.K != value.List {
		v.fail(codes.BundlePattern, "this gives no list of text: "+string(value.AppendText(nil, got))+".", "")
		return nil
	}
	for _, s := range got.Items() {
		if s.K != value.String || s.Str() == "" {
			v.fail(codes.BundlePattern, "every phrase is text, and none is empty.", "")
			return nil
		}
		list = append(list, text.Pattern{Phrase: s.Str()})
	}
	return list
}

// examples reads texts and checks that each matches, or that none does.
func (b *loader) examples(x node, set *text.Set, name string, hit bool) []string {
	if !x.ok() {
		return nil
	}
	var list []string
	var m text.Matcher
	x.items(MaxExamples, "texts", func(i int, v node) {
		s, ok := v.text(MaxText)
		if !ok || !b.spend(v, vm.HitsUnits(uint64(len(s)), set.Steps())) {
			return
		}
		list = append(list, s)
		if got := m.Hits(set, s); got && !hit {
			spans := m.Find(set, s, nil)
			v.fail(codes.BundleExample, "this is said to be no `"+name+"`, and matches from "+strconv.Itoa(spans[0].Start)+
				" to "+strconv.Itoa(spans[0].End)+".", "make the phrase narrower, or move the text to `hit`.")
		} else if !got && hit {
			v.fail(codes.BundleExample, "this is said to be `"+name+"`, and nothing matches.",
				"it was compared as `"+strings.ToValidUTF8(text.Normalise(s), "?")+"`; phrases match at word boundaries.")
		}
	})
	return list
}
