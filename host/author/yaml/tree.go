package yaml

// This file turns the YAML parser's tree into nodes.
//
// goccy/go-yaml says how a file nests; what a scalar means is worked out from the
// source (see scalar.go). Since both then know where a scalar ends, they check
// each other: between two scalars there may be nothing but white space, comments and
// the marks of structure. What one of them overlooked is a finding, never silence.

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// reading is the conversion of one file.
type reading struct {
	*Source
	given   []int // line of the text for each line that the parser is given
	anchors map[string]*Node
	spans   []span // of scalars, anchors and aliases, as they are found
	depth   int
	counted cursor
	end     int // of what was converted last, where it is written
}

type span struct{ start, end int }

func (s *Source) readYAML() {
	if !s.parsable() {
		return
	}
	r := &reading{Source: s, anchors: map[string]*Node{}}
	body, err := r.parse()
	if err != nil {
		s.diagnose(r, err)
		return
	}
	if body == nil {
		s.fail(codes.YAMLEmpty, 0, 0, "this file has no content.", "begin with `holdfast: 1`.")
		return
	}
	s.Root = r.node(body, -1)
	if !Failed(s.findings) {
		r.checkGaps()
	}
	r.checkTabs()
	s.dropUnclear()
	s.spans = r.spans
}

// dropUnclear drops what is not clear of a line that is indented with a tab: that says it.
func (s *Source) dropUnclear() {
	tabbed := map[int]bool{}
	for _, f := range s.findings {
		tabbed[f.Line] = tabbed[f.Line] || f.Code == codes.YAMLTab
	}
	s.findings = slices.DeleteFunc(s.findings, func(f Finding) bool {
		return f.Code == codes.YAMLUnclear && tabbed[f.Line]
	})
}

// node converts n, which belongs to something indented by parent blanks, -1 at
// the top. It always returns a node.
func (r *reading) node(n ast.Node, parent int) *Node {
	v := r.convert(n, parent)
	if _, ok := n.(*ast.AliasNode); !ok {
		r.end = v.end
	}
	return v
}

func (r *reading) convert(n ast.Node, parent int) *Node {
	if r.depth++; r.depth > MaxDepth {
		r.depth--
		if r.depth == MaxDepth {
			at := r.offset(n.GetToken())
			r.tooDeep(at, at+1)
		}
		return &Node{Text: "null"}
	}
	defer func() { r.depth-- }()
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(n, parent)
	case *ast.MappingValueNode:
		return r.mapping(&ast.MappingNode{Start: n.Start, IsFlowStyle: n.IsFlowStyle, Values: []*ast.MappingValueNode{n}},
			parent)
	case *ast.SequenceNode:
		return r.sequence(n, parent)
	case *ast.AnchorNode:
		return r.anchor(n, parent)
	case *ast.AliasNode:
		return r.alias(n)
	case *ast.TagNode:
		at := r.offset(n.Start)
		r.tag(at)
		return &Node{Text: "null", start: at, end: at}
	}
	v := r.scalar(n, parent)
	if v.Form == Plain {
		r.resolve(v)
	}
	v.size, v.depth = len(v.Text)+3, 1
	return v
}

// scalar decodes text; what it is without quotes is not yet resolved.
func (r *reading) scalar(n ast.Node, parent int) *Node {
	t := n.GetToken()
	at := r.offset(t)
	var v *Node
	var ok bool
	switch n := n.(type) {
	case *ast.LiteralNode:
		v, ok = decodeBlock(r.text, at, parent)
	case *ast.NullNode:
		if t.Type == token.ImplicitNullType {
			return &Node{Text: "null", start: at, end: at}
		}
		v, ok = decodePlain(r.text, at, t.Value)
	case *ast.MergeKeyNode:
		v, ok = decodePlain(r.text, at, "<<")
	default:
		switch t.Type {
		case token.SingleQuoteType:
			v, ok = decodeSingle(r.text, at)
			r.checkQuoted(v, parent)
		case token.DoubleQuoteType:
			var bad *badEscape
			v, bad, ok = decodeDouble(r.text, at)
			r.checkQuoted(v, parent)
			if bad != nil {
				r.fail(codes.YAMLEscape, bad.start, bad.end, bad.message, bad.hint)
			}
		default:
			_ = n
			v, ok = decodePlain(r.text, at, t.Value)
		}
	}
	if !ok {
		r.fail(codes.YAMLUnclear, at, at+1, "it is not clear where this text begins or ends.",
			"put it in quotes, or write it on one line.")
		return &Node{Text: "null", start: at, end: at}
	}
	r.spans = append(r.spans, span{v.start, v.end})
	return v
}

// checkQuoted reports a quoted text that goes on in a line indented no further
// than what it belongs to: its closing quote was forgotten.
func (r *reading) checkQuoted(v *Node, parent int) {
	if v == nil {
		return
	}
	first, last := r.line(v.start), r.line(v.end)
	for i := first + 1; i <= last; i++ {
		line := r.lineText(i)
		if rest := bytes.TrimLeft(line, " \t"); len(rest) > 0 && len(line)-len(rest) <= parent {
			r.unclosedQuote(v.start)
			return
		}
	}
}

// mappingReading is the conversion of one mapping.
type mappingReading struct {
	*reading
	from   *ast.MappingNode
	to     *Node
	parent int // indentation of what the values belong to
	first  int // column of the first key
	index  map[string]int
	merged []Member
	bare   []bareEntry // keys in braces without a colon
	keyed  int         // where the last key with a colon begins
}

// mapping converts a mapping, with a finding for every key that is written twice.
func (r *reading) mapping(n *ast.MappingNode, parent int) *Node {
	to := &Node{Kind: Mapping, Form: Block, size: 2, depth: 1}
	m := &mappingReading{reading: r, from: n, to: to, parent: parent, index: make(map[string]int, len(n.Values))}
	if n.IsFlowStyle {
		to.Form, to.start = Flow, r.offset(n.Start)
	}
	for _, pair := range n.Values {
		m.entry(pair)
	}
	if n.IsFlowStyle && n.End != nil {
		to.end = r.offset(n.End) + 1
	}
	for _, b := range m.bare {
		b.braces = span{to.start, to.end}
		r.bareMember(b)
	}
	for _, x := range m.merged {
		if _, ok := m.index[x.Key.Text]; !ok {
			m.add(x)
		}
	}
	r.checkSize(to)
	return to
}

// add adds a member.
func (m *mappingReading) add(x Member) {
	m.index[x.Key.Text] = len(m.to.Members)
	m.to.Members = append(m.to.Members, x)
	m.to.grow(x.Value, len(x.Key.Text)+4)
}

// entry converts a key and its value.
func (m *mappingReading) entry(pair *ast.MappingValueNode) {
	key := m.key(pair.Key)
	m.checkKey(key, pair == m.from.Values[0])
	value := m.node(pair.Value, m.parent)
	written := m.end
	if value.Form == Absent && value.Kind == Null {
		value.start, value.end = key.start, key.end
		written = max(key.end, m.colon(key.end)+1)
		if m.from.IsFlowStyle && m.colon(key.end) < 0 && key.Kind == Text {
			m.noteBare(key)
		}
	}
	if m.from.IsFlowStyle && m.colon(key.end) >= 0 {
		m.keyed = key.start
	}
	if !m.from.IsFlowStyle {
		m.to.end = max(m.to.end, written)
	}
	if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
		m.merged, m.to.merged = m.merge(m.merged, key, value), true
		return
	}
	if key.Kind != Text {
		return
	}
	if j, ok := m.index[key.Text]; ok {
		f := m.fail(codes.YAMLDuplicateKey, key.start, key.end, "the key `"+key.Text+"` is written twice here.",
			"keep one of them, or rename it.")
		p := m.PlaceOf(m.to.Members[j].Key)
		f.Related = &p
		return
	}
	m.add(Member{key, value, written})
}

// checkKey reports a key that is in another column than the first, or has no blank after its colon.
func (m *mappingReading) checkKey(key *Node, isFirst bool) {
	column := utf8.RuneCount(m.text[m.lines[m.line(key.start)]:key.start])
	switch {
	case m.from.IsFlowStyle:
	case isFirst:
		m.to.start, m.first, m.parent = key.start, column, column
	case column != m.first && key.Kind == Text:
		m.fail(codes.YAMLIndent, key.start, key.end, "this key is not indented as those above it.",
			"keys of one mapping begin in one column.")
	}
	if at := m.colon(key.end); key.Form == Plain && at >= 0 && strings.IndexByte(" \t\n,[]{}", m.text[at+1]) < 0 {
		m.fail(codes.YAMLMissingBlank, at, at+1, "a blank is missing after this colon.", "write `"+key.Text+": …`.")
	}
}

// noteBare notes a key in braces that has no colon. Those that follow a key with a value may belong to that value.
func (m *mappingReading) noteBare(key *Node) {
	m.bare = append(m.bare, bareEntry{entry: span{key.start, key.end}, only: len(m.from.Values) == 1})
	for k := range m.bare {
		if m.keyed > 0 && m.bare[k].entry.start > m.keyed {
			m.bare[k].whole = span{m.keyed, key.end}
		}
	}
}

// grow counts child, and extra bytes beside it, as part of n.
func (n *Node) grow(child *Node, extra int) {
	n.size = min(n.size+child.size+extra, MaxExpanded+1)
	n.depth = max(n.depth, child.depth+1)
}

// checkSize reports n where aliases make too much of it, once.
func (r *reading) checkSize(n *Node) {
	switch {
	case n.size > MaxExpanded && !r.has(codes.LimitFileExpansion):
		r.fail(codes.LimitFileExpansion, n.start, n.start+1,
			fmt.Sprintf("with its aliases written out, this is larger than %d bytes.", MaxExpanded), "use fewer aliases.")
	case n.depth > MaxDepth && !r.has(codes.LimitFileDepth):
		r.tooDeep(n.start, n.start+1)
	}
}

func (s *Source) has(code string) bool {
	return slices.ContainsFunc(s.findings, func(f Finding) bool { return f.Code == code })
}

// key converts a key. One that is no text is reported, and has another kind.
func (r *reading) key(n ast.MapKeyNode) *Node {
	switch k := n.(type) {
	case *ast.MappingKeyNode:
		at := r.offset(k.Start)
		r.fail(codes.YAMLKey, at, at+1, explicitKey, explicitKeyHint)
		if k.Value != nil {
			r.node(k.Value, -1)
		}
		return &Node{Text: "null", start: at, end: at + 1}
	case *ast.MergeKeyNode:
		return r.scalar(n, -1)
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		v := r.scalar(n, -1)
		if v.Form != Plain {
			return v
		}
		typed := *v
		before := len(r.findings)
		r.resolve(&typed)
		if typed.Kind != Text || len(r.findings) > before {
			r.findings = r.findings[:before]
			r.fail(codes.YAMLKey, v.start, v.end, "the key `"+v.Text+"` is not text to YAML.",
				"put it in quotes: `\""+v.Text+"\"`.")
			return &typed
		}
		return v
	}
	v := r.node(n, -1)
	if v.Kind != Text || !r.has(codes.YAMLTag) {
		r.fail(codes.YAMLKey, v.start, max(v.end, v.start+1), "this cannot be a key.",
			"a key is text, in quotes where it begins with `*`, `&` or `!`.")
	}
	return &Node{Text: "null", start: v.start, end: max(v.end, v.start+1)}
}

// colon returns where the colon after a key is, or -1.
func (r *reading) colon(at int) int {
	for at < len(r.text) && (isBlank(r.text[at]) || r.text[at] == '\n') {
		at++
	}
	if at < len(r.text) && r.text[at] == ':' {
		return at
	}
	return -1
}

// merge adds what << brings in. Of several mappings the first one counts.
func (r *reading) merge(to []Member, key, value *Node) []Member {
	list := []*Node{value}
	if value.Kind == List {
		list = value.Items
	}
	for _, v := range list {
		if v.Kind != Mapping {
			r.fail(codes.YAMLMerge, key.start, key.end, "`<<` takes a mapping, or a list of mappings.",
				"write `<<: *name`, where `&name` is before a mapping.")
			return to
		}
	}
	size := 0
	for _, m := range to {
		size += m.Value.size
	}
	for _, v := range list {
		if size += v.size; size > MaxExpanded {
			r.checkSize(&Node{start: key.start, size: size})
			return to
		}
		to = append(to, v.Members...)
	}
	return to
}

func (r *reading) sequence(n *ast.SequenceNode, parent int) *Node {
	l := &Node{Kind: List, Form: Block, size: 2, depth: 1, start: r.offset(n.Start)}
	if n.IsFlowStyle {
		l.Form = Flow
	} else {
		parent = utf8.RuneCount(r.text[r.lines[r.line(l.start)]:l.start])
	}
	for i, e := range n.Values {
		v := r.node(e, parent)
		l.Items = append(l.Items, v)
		l.grow(v, 1)
		if !n.IsFlowStyle {
			l.end = max(l.end, r.end)
			if i < len(n.Entries) {
				l.dashes = append(l.dashes, r.offset(n.Entries[i].Start))
			}
		}
	}
	if n.IsFlowStyle && n.End != nil {
		l.end = r.offset(n.End) + 1
	}
	r.checkSize(l)
	return l
}

func (r *reading) anchor(n *ast.AnchorNode, parent int) *Node {
	at := r.offset(n.Start)
	name := anchorName(r.text[at+1:])
	r.spans = append(r.spans, span{at, at + 1 + len(name)})
	v := r.node(n.Value, parent)
	r.anchors[name] = v
	return v
}

func (r *reading) alias(n *ast.AliasNode) *Node {
	at := r.offset(n.Start)
	name := anchorName(r.text[at+1:])
	end := at + 1 + len(name)
	r.spans = append(r.spans, span{at, end})
	r.end = end
	if v := r.anchors[name]; v != nil {
		if r.depth+v.depth > MaxDepth+1 && !r.has(codes.LimitFileDepth) {
			r.tooDeep(at, end)
		}
		return v
	}
	if name == "" {
		r.fail(codes.YAMLAlias, at, end, "`*` without quotes begins a YAML alias, not text.",
			"put text that begins with `*` in quotes.")
		return &Node{Text: "null", start: at, end: end}
	}
	hint := "write `&" + name +
		"` before the value that is meant, above this line; put text that begins with `*` in quotes."
	r.fail(codes.YAMLAlias, at, end,
		"`*"+name+"` without quotes means the value marked `&"+name+"`, and there is none before it.", hint)
	return &Node{Text: "null", start: at, end: end}
}

// anchorName returns the name that text begins with.
func anchorName(text []byte) string {
	end := bytes.IndexAny(text, " \t\n,[]{}")
	if end < 0 {
		end = len(text)
	}
	return string(text[:end])
}

// checkGaps reports what is between scalars and is neither white space nor a
// comment nor a mark of structure.
func (r *reading) checkGaps() {
	sort.Slice(r.spans, func(i, j int) bool { return r.spans[i].start < r.spans[j].start })
	at := 0
	for _, s := range append(r.spans, span{len(r.text), len(r.text)}) {
		if s.start < at {
			r.fail(codes.YAMLUnclear, s.start, s.end, "it is not clear to what this belongs.",
				"put the text before it in quotes, or write it on one line.")
			return
		}
		for ; at < s.start; at++ {
			c := r.text[at]
			switch {
			case c == '#' && (at == 0 || isBlank(r.text[at-1]) || r.text[at-1] == '\n'):
				for at < s.start && r.text[at] != '\n' {
					at++
				}
			case c == '#':
				r.fail(codes.YAMLUnclear, at, at+1, "a comment begins after a blank.",
					"write ` #`, or put text with a `#` in quotes.")
				return
			case isBlank(c) || c == '\n' || strings.IndexByte(",:-?[]{}.|>+123456789", c) >= 0:
			default:
				r.fail(codes.YAMLUnclear, at, at+1, "this belongs to nothing.",
					"put text in quotes where it has marks such as `: ` or ` #`.")
				return
			}
		}
		at = max(at, s.end)
	}
}

// checkTabs reports lines indented with tabs, outside of text.
func (r *reading) checkTabs() {
	for i, at := range r.lines {
		line := r.lineText(i)
		rest := bytes.TrimLeft(line, " \t")
		tab := bytes.IndexByte(line[:len(line)-len(rest)], '\t')
		if tab < 0 || len(rest) == 0 || rest[0] == '#' || r.inText(at+tab) {
			continue
		}
		r.tab(at+tab, at+len(line)-len(rest))
	}
}

func (s *Source) tab(start, end int) {
	s.fail(codes.YAMLTab, start, end, "this line is indented with a tab.", "indent with blanks, two to a level.")
}

// inText says whether a byte is inside a scalar.
func (r *reading) inText(at int) bool {
	i := sort.Search(len(r.spans), func(i int) bool { return r.spans[i].start > at }) - 1
	return i >= 0 && at < r.spans[i].end
}
