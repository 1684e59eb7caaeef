package syntax

// This file parses what an expression begins with: literals, names, calls, lists and maps.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// reserved words cannot name a variable; after a dot they are fine.
var reserved = [...]string{"as", "break", "const", "continue", "else", "for", "function", "if", "import",
	"let", "loop", "package", "namespace", "return", "var", "void", "while"}

func isReserved(name string) bool {
	for _, r := range reserved {
		if r == name {
			return true
		}
	}
	return false
}

func (p *parser) primary() *Node {
	t := p.tok
	switch t.kind {
	case tLit:
		if t.minInt {
			p.badNumber(t, "this number is larger than an int can hold.", "the largest int is 9223372036854775807.")
			p.advance()
			return p.bad(t.off)
		}
		p.advance()
		return &Node{Kind: Lit, Off: t.off, End: t.end, Value: t.val, height: 1}
	case tBad:
		p.advance()
		return &Node{Kind: Bad, Off: t.off, End: t.end, height: 1}
	case tIdent:
		return p.identifier(false, t.off)
	case tQuoted:
		p.advance()
		p.report(codes.ParseCharacter, int(t.off), int(t.end),
			"backticks quote the name of a field after a dot, nothing else.",
			"strings are written in straight quotes: `'"+t.text+"'`.")
		return &Node{Kind: Bad, Off: t.off, End: t.end, height: 1}
	case tEnd:
		p.unexpected("expected a value.", "write what should stand here, or delete what asks for it.")
		return p.bad(t.off)
	}
	switch t.text {
	case "(":
		p.advance()
		n := p.cond()
		if !p.is(")") {
			p.unclosed(t, ")", "expected `)` here.")
			return n
		}
		n.Paren = true
		n.Off, n.End = t.off, p.tok.end
		p.advance()
		return n
	case "[":
		return p.list(t)
	case "{":
		return p.mapping(t)
	case ".":
		p.advance()
		if p.tok.kind == tIdent {
			return p.identifier(true, t.off)
		}
		p.unexpected("expected a name after the dot.", "a number below one can be written `0.5`.")
		return p.bad(t.off)
	case "[?":
		p.report(codes.ParseOptional, int(t.off), int(t.end), "optional elements are not part of the language here.",
			"leave out the question mark.")
		t.text = "["
		return p.list(t)
	}
	hint := ""
	switch t.text {
	case "=", "==", "===", "<", ">", "<=", ">=", "!=", "&&", "||", "+", "*", "/", "%", "&", "|":
		hint = "the operator `" + t.text + "` has no value on its left."
		if p.pos > int(t.end) || int(t.off) > 0 {
			hint = "is a value missing before `" + t.text + "`?"
		}
	case "$", "@", "#", "\\", "~":
		hint = "delete it; a variable is written by its name alone."
	}
	p.unexpected("expected a value, found `"+t.text+"`.", hint)
	if t.text != ")" && t.text != "]" && t.text != "}" {
		p.advance()
	}
	return p.bad(t.off)
}

// identifier parses a name, a call or one of the literal words.
func (p *parser) identifier(global bool, off int32) *Node {
	t := p.tok
	if !global {
		lit := value.Value{}
		known := true
		switch t.text {
		case "true":
			lit = value.OfBool(true)
		case "false":
			lit = value.OfBool(false)
		case "null":
		default:
			known = false
		}
		if known {
			p.advance()
			return &Node{Kind: Lit, Off: t.off, End: t.end, Value: lit, height: 1}
		}
	}
	if t.text == "in" {
		p.unexpected("expected a value, found `in`.", "membership is written `VALUE in LIST`.")
		p.advance()
		return p.bad(off)
	}
	p.advance()
	if isReserved(t.text) {
		p.failed++ // what follows is the grammar of another language
		p.report(codes.ParseReservedWord, int(t.off), int(t.end), "the word `"+t.text+"` is reserved and names nothing.",
			reservedHint(t.text))
		if p.is("(") {
			_, end := p.args(nil)
			return &Node{Kind: Bad, Off: off, End: end, height: 1}
		}
		return &Node{Kind: Bad, Off: off, End: t.end, height: 1}
	}
	if p.is("(") {
		n := &Node{Kind: Call, Name: t.text, Global: global, Off: off, At: t.off, To: t.end}
		args, end := p.args(nil)
		n.Args = args
		return p.finish(n, end)
	}
	return &Node{Kind: Ident, Name: t.text, Global: global, Off: off, End: t.end, At: t.off, To: t.end, height: 1}
}

func reservedHint(word string) string {
	switch word {
	case "if", "else":
		return "a choice is written `CONDITION ? THIS : THAT`."
	case "for", "while", "loop":
		return "ask about a list with `LIST.all(x, ...)` or `LIST.exists(x, ...)`, or build one with `LIST.map(x, ...)`."
	case "let", "var", "const":
		return "name a value with `cel.bind(NAME, VALUE, EXPRESSION)`, or under `derived`."
	case "function":
		return "name an expression under `derived`."
	}
	return "choose another name, or write it after a dot or in quotes."
}

func (p *parser) list(open token) *Node {
	n := &Node{Kind: List, Off: open.off}
	p.advance()
	for !p.is("]") && p.tok.kind != tEnd {
		if p.is("?") {
			p.optionalElement()
		}
		n.Args = append(n.Args, p.cond())
		if !p.take(",") {
			break
		}
	}
	end := p.tok.end
	if !p.take("]") {
		p.unclosed(open, "]", "expected `,` or `]` after the element.")
		end = p.tok.off
	}
	return p.finish(n, end)
}

func (p *parser) optionalElement() {
	p.report(codes.ParseOptional, int(p.tok.off), int(p.tok.end), "optional elements are not part of the language here.",
		"leave out the question mark.")
	p.advance()
}

func (p *parser) mapping(open token) *Node {
	n := &Node{Kind: Map, Off: open.off}
	p.advance()
	for !p.is("}") && p.tok.kind != tEnd {
		if p.is("?") {
			p.optionalElement()
		}
		key := p.cond()
		if !p.is(":") {
			p.unexpected("expected `:` and the value of this key.", "a map is written `{'key': VALUE}`.")
			break
		}
		p.advance()
		n.Args = append(n.Args, key, p.cond())
		if !p.take(",") {
			break
		}
	}
	end := p.tok.end
	if !p.take("}") {
		p.unclosed(open, "}", "expected `,` or `}` after the value.")
		end = p.tok.off
	}
	return p.finish(n, end)
}
