package syntax

// This file makes nodes of tokens: precedence climbing, with loops wherever the
// grammar repeats, so that the depth of Go's stack follows the nesting of
// brackets in the source and nothing else.
//
//	cond    or ["?" or ":" cond]      loop over the arms
//	binary  unary {op unary}          climbing; && and || gather flat
//	unary   {"!" | "-"} postfix
//	postfix primary {"." name | "." name "(" ... ")" | "[" cond "]"}

import (
	"strings"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

const (
	// MaxSource is the longest expression in bytes. The longest of the reference
	// bundles has under 400; every later limit (nodes, instructions, registers) follows from it.
	MaxSource = 16 << 10

	// MaxNesting is how deep brackets nest. CEL asks for 12 to 32. A browser's
	// stack holds tens of thousands of frames, a level takes about eight.
	MaxNesting = 100

	// MaxHeight is how high the tree may be: brackets, and chains that lean to
	// one side (a + b + c, a.b.c). The passes after this one recurse once a
	// level; && and || chains are flat and not counted.
	MaxHeight = 1000
)

type parser struct {
	scanner
	tok    token
	depth  int
	deep   bool // MaxNesting or MaxHeight was reported
	failed int  // findings so far that came from a token that did not fit
}

// Parse returns the tree of src; what is wrong with it is added to list. The
// tree is complete in any case: what could not be read is a Bad node.
func Parse(src string, list *diag.List) *Node {
	if len(src) > MaxSource {
		list.Add(diag.Diagnostic{Code: codes.LimitSource, Off: MaxSource, End: len(src),
			Message: "this expression is longer than 16384 bytes.",
			Hint:    "split it: name its parts under `derived`, or use several constraints."})
		return &Node{Kind: Bad, End: int32(len(src))}
	}
	if i := invalidUTF8(src); i >= 0 {
		list.Add(diag.Diagnostic{Code: codes.ParseUTF8, Off: i, End: i + 1, Message: "this is not valid UTF-8."})
		return &Node{Kind: Bad, End: int32(len(src))}
	}
	p := &parser{scanner: scanner{src: src, list: list}}
	p.advance()
	if p.tok.kind == tEnd && len(list.Items) == 0 {
		p.report(codes.ParseUnexpectedEnd, 0, len(src), "there is no expression here.", "write one, such as `true`.")
		return &Node{Kind: Bad, End: int32(len(src))}
	}
	n := p.cond()
	if p.tok.kind != tEnd {
		p.trailing()
	}
	return n
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func (p *parser) advance() { p.tok = p.next() }

func (p *parser) is(op string) bool { return p.tok.kind == tOp && p.tok.text == op }

func (p *parser) take(op string) bool {
	if p.is(op) {
		p.advance()
		return true
	}
	return false
}

// unexpected reports the current token, once for a parse: what follows a token
// that does not fit is guesswork.
func (p *parser) unexpected(message, hint string) {
	p.failed++
	if p.failed > 1 || p.deep {
		return
	}
	if p.tok.kind == tEnd {
		p.report(codes.ParseUnexpectedEnd, max(0, len(strings.TrimRight(p.src, " \t\r\n"))-1), len(p.src),
			"the expression ends too early: "+message, hint)
		return
	}
	p.report(codes.ParseUnexpectedToken, int(p.tok.off), int(p.tok.end), message, hint)
}

// trailing reports what comes after a whole expression.
func (p *parser) trailing() {
	if p.failed > 0 || p.deep {
		return
	}
	t := p.tok
	message, hint := "expected an operator or the end of the expression.", "is `&&` or `||` missing before it?"
	switch {
	case t.kind == tIdent && (t.text == "is" || t.text == "equals"):
		hint = "equality is written `==`."
	case t.kind == tIdent && t.text == "contains":
		hint = "write `TEXT.contains(PART)`."
	case t.kind == tIdent && (t.text == "if" || t.text == "then"):
		hint = "a choice is written `CONDITION ? THIS : THAT`."
	case t.kind == tIdent && t.text == "not":
		hint = "write `!(a in b)` for not in."
	case t.kind == tOp && t.text == ")":
		message, hint = "this `)` closes nothing.", "delete it, or write the `(` that it should close."
	case t.kind == tOp && t.text == "]":
		message, hint = "this `]` closes nothing.", "delete it, or write the `[` that it should close."
	case t.kind == tOp && t.text == "}":
		message, hint = "this `}` closes nothing.", "delete it, or write the `{` that it should close."
	case t.kind == tOp && t.text == ";":
		hint = "an expression has no semicolons; delete it."
	case t.kind == tOp && t.text == ",":
		hint = "only lists, maps and arguments have commas. Write `&&` to demand both."
	case t.kind == tOp && t.text == ":":
		hint = "a choice is written `CONDITION ? THIS : THAT`; a map is written `{KEY: VALUE}`."
	case t.kind == tLit && t.val.K == value.String:
		hint = "strings are joined with `+`."
	}
	p.unexpected(message, hint)
}

func (p *parser) finish(n *Node, end int32) *Node {
	n.End = end
	h := int32(0)
	for _, a := range n.Args {
		h = max(h, a.height)
	}
	n.height = h + 1
	if n.height > MaxHeight && !p.deep {
		p.deep = true
		p.report(codes.LimitNesting, int(n.Off), int(n.End), "this chain has more than 1000 links.",
			"split it: name its parts under `derived`.")
	}
	return n
}

// enter counts a level of nesting; false when there are too many.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= MaxNesting {
		return true
	}
	if !p.deep {
		p.deep = true
		p.report(codes.LimitNesting, int(p.tok.off), int(p.tok.end), "brackets nest more than 100 deep here.",
			"split the expression: name its parts under `derived`.")
	}
	// Nothing more is read, so that the callers above unwind without work.
	p.pos = len(p.src)
	p.advance()
	return false
}

func (p *parser) bad(off int32) *Node {
	return &Node{Kind: Bad, Off: off, End: max(off, p.tok.off), height: 1}
}

// cond parses a whole expression.
func (p *parser) cond() *Node {
	if !p.enter() {
		p.depth--
		return p.bad(p.tok.off)
	}
	var arms []*Node // condition and result of each arm so far
	last := p.or()
	for p.is("?") {
		if len(arms)/2 > MaxHeight {
			p.deep = true
			p.report(codes.LimitNesting, int(arms[0].Off), int(p.tok.end), "this chain has more than 1000 links.",
				"use a map or several constraints.")
			break
		}
		p.advance()
		then := p.or()
		if p.is("?") {
			p.unexpected("a choice between `?` and `:` needs parentheses.",
				"write `CONDITION ? (CONDITION ? THIS : THAT) : OTHERWISE`.")
		}
		if !p.is(":") {
			p.unexpected("expected `:` and what the choice gives otherwise.", "a choice is written `CONDITION ? THIS : THAT`.")
			last = then
			break
		}
		p.advance()
		arms = append(arms, last, then)
		last = p.or()
	}
	for i := len(arms) - 2; i >= 0; i -= 2 {
		n := &Node{Kind: Cond, Off: arms[i].Off, Args: []*Node{arms[i], arms[i+1], last}}
		last = p.finish(n, last.End)
	}
	p.depth--
	return last
}

var misspelt = map[string]string{
	"and": "&&", "AND": "&&", "And": "&&", "or": "||", "OR": "||", "Or": "||",
	"&": "&&", "|": "||", "=": "==", "===": "==", "!==": "!=", "<>": "!=", "=>": ">=", "IN": "in", "In": "in",
	"^": "", "??": "", "<=>": "", "mod": "%", "MOD": "%", "eq": "==", "ne": "!=", "lt": "<", "le": "<=",
	"gt": ">", "ge": ">=",
}

// precedence of the binary operators, loosest first; 0 is no operator.
func precedence(text string) (int, Op) {
	switch text {
	case "||":
		return 1, None
	case "&&":
		return 2, None
	case "<":
		return 3, Lt
	case "<=":
		return 3, Le
	case ">":
		return 3, Gt
	case ">=":
		return 3, Ge
	case "==":
		return 3, Eq
	case "!=":
		return 3, Ne
	case "in":
		return 3, In
	case "+":
		return 4, Add
	case "-":
		return 4, Sub
	case "*":
		return 5, Mul
	case "/":
		return 5, Div
	case "%":
		return 5, Mod
	}
	return 0, None
}

// peekOperator returns the binary operator at the current token, mending a misspelt one.
func (p *parser) peekOperator() (int, Op) {
	if p.tok.kind != tOp && p.tok.kind != tIdent {
		return 0, None
	}
	text := p.tok.text
	if right, ok := misspelt[text]; ok {
		p.misspelt(text, right)
		text = right
	}
	return precedence(text)
}

func (p *parser) misspelt(text, right string) {
	message, hint := "there is no operator `"+text+"` in an expression.", "write `"+right+"`."
	switch text {
	case "=":
		message = "a single `=` compares nothing."
		hint = "write `==` to compare."
	case "&":
		message, hint = "a single `&` is no operator.", "write `&&` for and."
	case "|":
		message, hint = "a single `|` is no operator.", "write `||` for or."
	case "^":
		hint = "write `math.bitXor(a, b)` for bits, or `a != b` for exclusive or of truth values."
	case "??":
		hint = "write `has(a.b) ? a.b : OTHERWISE`."
	case "<=>":
		hint = "write one of `<`, `<=`, `==`, `!=`, `>=` and `>`."
	}
	p.report(codes.ParseOperator, int(p.tok.off), int(p.tok.end), message, hint)
	if right != "" {
		p.tok.text = right
		p.tok.kind = tOp
	} else {
		p.tok.text = "+"
	}
}

func (p *parser) or() *Node { return p.binary(1) }

// binary parses operators at least as tight as level. It recurses at most once a level of precedence.
func (p *parser) binary(level int) *Node {
	left := p.unary()
	for {
		prec, op := p.peekOperator()
		if prec == 0 || prec < level {
			return left
		}
		at, to := p.tok.off, p.tok.end
		p.advance()
		right := p.binary(prec + 1)
		switch prec {
		case 1, 2:
			kind := Or
			if prec == 2 {
				kind = And
			}
			// A chain is one flat node; parentheses keep one of their own, for the sake of messages.
			if left.Kind == kind && !left.Paren {
				left.Args = append(left.Args, right)
				left.height = max(left.height, right.height+1)
				left.End = right.End
			} else {
				left = p.finish(&Node{Kind: kind, Off: left.Off, At: at, To: to, Args: []*Node{left, right}}, right.End)
			}
		default:
			left = p.finish(&Node{Kind: Binary, Op: op, Off: left.Off, At: at, To: to, Args: []*Node{left, right}}, right.End)
		}
		if p.deep {
			return left
		}
	}
}

func (p *parser) unary() *Node {
	type prefix struct {
		op      Op
		off, to int32
	}
	var ops []prefix
	for {
		switch {
		case p.is("!"):
			ops = append(ops, prefix{Not, p.tok.off, p.tok.end})
			p.advance()
			continue
		case p.is("-"):
			at, to := p.tok.off, p.tok.end
			p.advance()
			if p.tok.kind == tLit && p.tok.number {
				p.negate(at)
				break
			}
			ops = append(ops, prefix{Neg, at, to})
			continue
		case p.tok.kind == tIdent && (p.tok.text == "not" || p.tok.text == "NOT"):
			// "not" may name a variable; what follows tells.
			t := p.tok
			save := p.pos
			p.advance()
			operand := p.tok.kind == tLit || p.tok.kind == tIdent && p.tok.text != "in"
			if !operand {
				p.pos, p.tok = save, t
				break
			}
			p.report(codes.ParseOperator, int(t.off), int(t.end), "there is no operator `"+t.text+"` in an expression.",
				"write `!(...)`.")
			ops = append(ops, prefix{Not, t.off, t.end})
			continue
		}
		break
	}
	n := p.postfix()
	for i := len(ops) - 1; i >= 0; i-- {
		o := ops[i]
		n = p.finish(&Node{Kind: Unary, Op: o.op, Off: o.off, At: o.off, To: o.to, Args: []*Node{n}}, n.End)
	}
	return n
}

// negate makes the number at the current token a negative one that begins at off.
func (p *parser) negate(off int32) {
	t := &p.tok
	t.off, t.number = off, false
	switch {
	case t.minInt:
		t.minInt = false
		t.val = value.OfInt(-1 << 63)
	case t.val.K == value.Int:
		t.val = value.OfInt(-t.val.Int())
	case t.val.K == value.Double:
		t.val = value.OfDouble(-t.val.Double())
	case t.val.K == value.Uint:
		p.report(codes.ParseNumber, int(off), int(t.end), "a uint has no sign.", "leave out the `u`, or the minus.")
		t.kind = tBad
	}
}

func (p *parser) postfix() *Node {
	n := p.primary()
	for {
		switch {
		case p.is("."):
			p.advance()
			n = p.selection(n)
		case p.is("["):
			open := p.tok
			p.advance()
			x := p.cond()
			end := p.tok.end
			if !p.take("]") {
				p.unclosed(open, "]", "expected `]` after the index.")
				end = p.tok.off
			}
			n = p.finish(&Node{Kind: Index, Off: n.Off, At: open.off, To: end, Args: []*Node{n, x}}, end)
		case p.is("{"):
			if n.Kind != Ident && n.Kind != Select {
				return n
			}
			p.report(codes.ParseMessage, int(n.Off), int(p.tok.end), "expressions build no messages.",
				"write a map: `{'field': VALUE}`.")
			off := n.Off
			p.fields()
			n = p.bad(off)
		case p.is("?."), p.is("[?"):
			p.report(codes.ParseOptional, int(p.tok.off), int(p.tok.end), "optional selection is not part of the language here.",
				"write `has(a.b) ? a.b : OTHERWISE`.")
			if p.tok.text == "?." {
				p.tok.text = "."
			} else {
				p.tok.text = "["
			}
		default:
			return n
		}
		if p.deep {
			return n
		}
	}
}

// fields skips the fields of a message literal.
func (p *parser) fields() {
	open := p.tok
	p.advance()
	for !p.is("}") && p.tok.kind != tEnd {
		if p.tok.kind != tIdent && p.tok.kind != tQuoted {
			break
		}
		p.advance()
		if !p.take(":") {
			break
		}
		p.cond()
		if !p.take(",") {
			break
		}
	}
	if !p.take("}") {
		p.unclosed(open, "}", "expected `}` after the fields.")
	}
}

// selection parses what follows the dot after n.
func (p *parser) selection(n *Node) *Node {
	t := p.tok
	switch {
	case t.kind == tQuoted:
		p.advance()
		return p.finish(&Node{Kind: Select, Quoted: true, Name: t.text, Off: n.Off, At: t.off, To: t.end, Args: []*Node{n}},
			t.end)
	case t.kind == tIdent && t.text != "in" && t.text != "true" && t.text != "false" && t.text != "null":
		p.advance()
		if p.is("(") {
			m := &Node{Kind: Method, Name: t.text, Off: n.Off, At: t.off, To: t.end}
			args, end := p.args([]*Node{n})
			m.Args = args
			return p.finish(m, end)
		}
		return p.finish(&Node{Kind: Select, Name: t.text, Off: n.Off, At: t.off, To: t.end, Args: []*Node{n}}, t.end)
	case t.kind == tIdent:
		p.unexpected("`"+t.text+"` cannot be selected with a dot.", "write `['"+t.text+"']`.")
	case t.kind == tLit && t.val.K == value.String:
		p.unexpected("expected a name after the dot.", "write `["+p.src[t.off:t.end]+"]` to index with a string.")
	default:
		p.unexpected("expected a name after the dot.", "write the name of a field or a method, or delete the dot.")
	}
	return p.bad(n.Off)
}

// args parses "(" ... ")" onto the nodes given.
func (p *parser) args(nodes []*Node) ([]*Node, int32) {
	open := p.tok
	p.advance()
	for !p.is(")") {
		nodes = append(nodes, p.cond())
		if !p.take(",") {
			break
		}
		if p.is(")") {
			p.unexpected("expected an argument after the comma.", "delete the comma.")
		}
	}
	end := p.tok.end
	if !p.take(")") {
		p.unclosed(open, ")", "expected `,` or `)` after the argument.")
		end = p.tok.off
	}
	return nodes, end
}

// unclosed reports a bracket that is missing at the current token.
func (p *parser) unclosed(open token, want, message string) {
	if p.tok.kind == tEnd && p.failed == 0 && !p.deep {
		p.failed++
		p.report(codes.ParseUnclosedBracket, int(open.off), int(open.end), "this `"+open.text+"` is not closed.",
			"add `"+want+"`.")
		return
	}
	hint := ""
	if p.tok.kind == tIdent || p.tok.kind == tLit {
		hint = "is an operator or a comma missing?"
	}
	p.unexpected(message, hint)
}
