package load

// This file reads a parsed document with a finding for everything that is not
// as it should be: it never stops at the first.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// reader holds a document and what was found wrong with it. Once as much was found
// as is ever reported, nothing more is looked at.
type reader struct {
	doc  canon.Doc
	diag diag.List
	fill int // how many values may still be filled in for what mappings leave out, see MaxFilled
}

// node is a value in the document and the JSON Pointer to it.
type node struct {
	r    *reader
	n    canon.Node
	path string
}

// pointer appends one reference token to a JSON Pointer.
func pointer(path, token string) string {
	if strings.ContainsAny(token, "~/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
	}
	return path + "/" + token
}

func (x node) ok() bool         { return x.r != nil }
func (x node) kind() canon.Kind { return x.r.doc.Kind(x.n) }

func (x node) fail(code, message, hint string) {
	x.r.diag.Add(diag.Diagnostic{Code: code, Path: x.path, Message: message, Hint: hint})
}

// failKey reports on the member's name rather than its value.
func (x node) failKey(code, message, hint string) {
	x.r.diag.Add(diag.Diagnostic{Code: code, Path: x.path, Key: true, Message: message, Hint: hint})
}

// failSee is fail with a second place that the message speaks of.
func (x node) failSee(code, message, hint, related string) {
	x.r.diag.Add(diag.Diagnostic{Code: code, Path: x.path, Key: true, Message: message, Hint: hint, Related: related})
}

// warn reports something that is allowed all the same.
func (x node) warn(code, message, hint string) {
	x.r.diag.Add(diag.Diagnostic{Code: code, Path: x.path, Message: message, Hint: hint, Warning: true})
}

func (x node) wrongKind(want string) {
	x.fail(codes.BundleKind, "expected "+want+", found "+x.kind().String()+".", "")
}

// get returns the named member, or a node that is not ok.
func (x node) get(name string) node {
	if !x.ok() || x.kind() != canon.Object {
		return node{}
	}
	v := x.r.doc.Get(x.n, name)
	if v < 0 {
		return node{}
	}
	return node{x.r, v, pointer(x.path, name)}
}

// needed says what to write for a key that is missing.
var needed = map[string]string{
	"holdfast": "write `holdfast: 1`.",
	"bundle":   "give the bundle a name, such as `bundle: checkout`.",
	"version":  "give it a version, such as `version: 1.0.0`.",
	"agents":   "name who may propose actions, such as `agents: {user: {}}`.",
	"type":     "write for example `type: bool` or `type: {int: [0, 100]}`, or name an entry of `types`.",
	"id":       "give it an id that decisions can name.",
	"level":    "write `physical`, `responsibility`, `ownership` or `operational`.",
	"by":       "name the agents that may confirm.",
	"any":      "list what the pattern matches: `{phrase: TEXT}` or `{regex: TEXT}`.",
}

// need is get, with a finding where the member is missing.
func (x node) need(name string) node {
	v := x.get(name)
	if !v.ok() && x.kind() == canon.Object {
		x.fail(codes.BundleMissing, "`"+name+"` is missing.", needed[name])
	}
	return v
}

// members calls f with every member in document order; it says whether x is an object.
func (x node) members(limit int, what string, f func(name string, v node)) bool {
	if x.kind() != canon.Object {
		x.wrongKind("a mapping of " + what)
		return false
	}
	if n := x.r.doc.Len(x.n); n > limit {
		x.fail(codes.LimitCount,
			"there are "+strconv.Itoa(n)+" "+what+", and at most "+strconv.Itoa(limit)+" are allowed.", "")
		return false
	}
	for k := x.r.doc.First(x.n); k >= 0 && !x.r.diag.Full(); k = x.r.doc.Next(k) {
		name := strings.Clone(x.r.doc.String(k))
		f(name, node{x.r, x.r.doc.Value(k), pointer(x.path, name)})
	}
	return true
}

// keys reports members that are none of known; it says whether x is an object.
func (x node) keys(known ...string) bool {
	if x.kind() != canon.Object {
		x.wrongKind("a mapping with " + diag.Quoted(known))
		return false
	}
	x.members(1<<20, "keys", func(name string, v node) {
		for _, k := range known {
			if k == name {
				return
			}
		}
		hint := diag.Suggest(name, known)
		if hint == "" {
			hint = "the keys are " + diag.Quoted(known) + "."
		}
		v.failKey(codes.BundleUnknownKey, "there is no key `"+name+"` here.", hint)
	})
	return true
}

// items calls f with every element; it says whether x is an array.
func (x node) items(limit int, what string, f func(i int, v node)) bool {
	if x.kind() != canon.Array {
		hint := ""
		if x.kind() == canon.String {
			hint = "write `[" + strings.Clone(x.r.doc.String(x.n)) + "]`."
		}
		x.fail(codes.BundleKind, "expected a list of "+what+", found "+x.kind().String()+".", hint)
		return false
	}
	if n := x.r.doc.Len(x.n); n > limit {
		x.fail(codes.LimitCount,
			"there are "+strconv.Itoa(n)+" "+what+", and at most "+strconv.Itoa(limit)+" are allowed.", "")
		return false
	}
	i := 0
	for e := x.r.doc.First(x.n); e >= 0 && !x.r.diag.Full(); e = x.r.doc.Next(e) {
		f(i, node{x.r, e, x.path + "/" + strconv.Itoa(i)})
		i++
	}
	return true
}

// text returns a string of at most limit bytes.
func (x node) text(limit int) (string, bool) {
	if x.kind() != canon.String {
		x.wrongKind("text")
		return "", false
	}
	s := strings.Clone(x.r.doc.String(x.n))
	if len(s) > limit {
		x.fail(codes.LimitText,
			"this text has "+strconv.Itoa(len(s))+" bytes, and at most "+strconv.Itoa(limit)+" are allowed.", "")
		return "", false
	}
	return s, true
}

// optionalText returns the named text, "" where it is left out.
func (x node) optionalText(name string) string {
	v := x.get(name)
	if !v.ok() {
		return ""
	}
	s, _ := v.text(MaxText)
	return s
}

// optionalTitle returns the node's `title`, "" where it is left out.
func (x node) optionalTitle() string {
	if v := x.get("title"); v.ok() {
		return v.title()
	}
	return ""
}

// title returns what people call something: a few words on one line, which are
// read in the middle of sentences. What is not that is reported.
func (x node) title() string {
	s, ok := x.text(MaxTitle)
	if !ok {
		return ""
	}
	if strings.TrimSpace(s) == "" {
		x.fail(codes.BundleText, "this title is empty.", "leave it out, and the name is shown.")
		return ""
	}
	for _, r := range s {
		if r < ' ' || r == 0x7F || r == 0x85 || r == 0x2028 || r == 0x2029 {
			x.fail(codes.BundleText, "a title is one line of text.",
				"write it without line breaks and control characters; what is longer is an `about`.")
			return ""
		}
	}
	return s
}

// flag returns a boolean.
func (x node) flag() bool {
	switch x.kind() {
	case canon.True:
		return true
	case canon.False:
	default:
		x.wrongKind("true or false")
	}
	return false
}

// number returns a whole number between lo and hi.
func (x node) number(lo, hi int64) (int64, bool) {
	if x.kind() != canon.Number {
		x.fail(codes.BundleKind, "expected a whole number, found "+x.kind().String()+".", model.Unquoted(&x.r.doc, x.n))
		return 0, false
	}
	i, ok := x.r.doc.Int(x.n)
	if !ok || i < lo || i > hi {
		x.fail(codes.BundleValue,
			"expected a whole number from "+strconv.FormatInt(lo, 10)+" to "+strconv.FormatInt(hi, 10)+".", "")
		return 0, false
	}
	return i, true
}

// word returns one of the given words.
func (x node) word(what string, words ...string) (int, bool) {
	s, ok := x.text(MaxText)
	if !ok {
		return 0, false
	}
	for i, w := range words {
		if w == s {
			return i, true
		}
	}
	x.fail(codes.BundleValue, "`"+s+"` is no "+what+"; it is one of "+diag.Quoted(words)+".", diag.Suggest(s, words))
	return 0, false
}
