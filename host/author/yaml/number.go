package yaml

// This file says what text without quotes is: null, true, a number or text, as in
// YAML's core schema (https://yaml.org/spec/1.2.2/#103-core-schema).

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
)

var (
	decimal = regexp.MustCompile(`^[-+]?[0-9]+$`)
	based   = regexp.MustCompile(`^0(o[0-7]+|x[0-9a-fA-F]+)$`)
	float   = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	// Text to version 1.2, a number to 1.1, which many readers still follow: binary, octal, hexadecimal, sexagesimal, and
	// decimal with underscores.
	disputed = regexp.MustCompile(`^[-+]?(0b[01_]+|0[0-7_]*_[0-7_]*|0x[0-9a-fA-F_]+|` +
		`[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?)$`)
	constant = map[string]Node{
		"null": {Text: "null"}, "Null": {Text: "null"}, "NULL": {Text: "null"}, "~": {Text: "null"},
		"true": {Kind: Bool, Text: "true"}, "True": {Kind: Bool, Text: "true"}, "TRUE": {Kind: Bool, Text: "true"},
		"false": {Kind: Bool, Text: "false"}, "False": {Kind: Bool, Text: "false"}, "FALSE": {Kind: Bool, Text: "false"},
	}
	notFinite = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// legacy are words that version 1.1 reads as true and false.
var legacy = map[string]string{"y": "true", "Y": "true", "yes": "true", "Yes": "true", "YES": "true", "on": "true",
	"On": "true", "ON": "true", "n": "false", "N": "false", "no": "false", "No": "false", "NO": "false", "off": "false",
	"Off": "false", "OFF": "false"}

// OldBool returns `true` or `false` where n is text without quotes that version 1.1 of YAML reads as that, and ""
// elsewhere.
func (n *Node) OldBool() string {
	if n.Kind != Text || n.Form != Plain {
		return ""
	}
	return legacy[n.Text]
}

// resolve gives n, text without quotes, the kind its spelling says.
func (s *Source) resolve(n *Node) {
	word := n.Text
	if c, ok := constant[word]; ok {
		n.Kind, n.Text, n.runs = c.Kind, c.Text, nil
		return
	}
	if word == "" || !strings.ContainsRune("+-.0123456789", rune(word[0])) {
		return
	}
	switch {
	case notFinite.MatchString(word):
		s.fail(codes.YAMLNumber, n.start, n.end, "JSON has no infinity and no NaN.",
			"use the bounds of the type; for text, put it in quotes.")
	case decimal.MatchString(word), based.MatchString(word), float.MatchString(word):
		s.number(n, word)
	case disputed.MatchString(word):
		s.fail(codes.YAMLNumber, n.start, n.end, "`"+word+"` is text to some YAML readers and a number to others.",
			"for text, put it in quotes; write a number in plain decimal digits.")
	}
}

// number makes n the number that word says.
func (s *Source) number(n *Node, word string) {
	digits := strings.TrimLeft(word, "+-")
	switch {
	case based.MatchString(word):
		// At most 16 digits are of interest: beyond, it is out of range anyway.
		base := map[byte]int{'o': 8, 'x': 16}[word[1]]
		u, err := strconv.ParseUint(word[2:], base, 64)
		if err != nil || u > MaxInteger {
			s.outOfRange(n)
			return
		}
		n.Kind, n.Text, n.runs = Number, strconv.FormatUint(u, 10), nil
		return
	case len(digits) > 1 && digits[0] == '0' && decimal.MatchString(word):
		s.fail(codes.YAMLNumber, n.start, n.end, "`"+word+"` is octal to some YAML readers and decimal to others.",
			"leave out the leading zero; for text, put it in quotes.")
		return
	}
	text, code := jsonNumber(word)
	switch code {
	case codes.JSONNumberRange:
		s.outOfRange(n)
		return
	case codes.JSONNumberPrecision:
		s.fail(code, n.start, n.end, "this number has more digits than are kept.",
			"write at most 17 significant digits; for text, put it in quotes.")
		return
	}
	n.Kind, n.Text, n.runs = Number, text, nil
}

func (s *Source) outOfRange(n *Node) {
	s.fail(codes.JSONNumberRange, n.start, n.end, "this number is out of range.",
		"whole numbers go from -9007199254740991 to 9007199254740991; for text, put it in quotes.")
}

// MaxInteger is the largest integer below which doubles hold every one.
const MaxInteger = 1<<53 - 1

// jsonNumber returns a decimal literal as JSON, in the shortest form, or the code
// that says why the core would not take it.
func jsonNumber(word string) (text, code string) {
	f, err := strconv.ParseFloat(strings.TrimPrefix(word, "+"), 64)
	if err != nil {
		return "", codes.JSONNumberRange
	}
	mantissa, _, scientific := strings.Cut(strings.ToLower(strings.TrimLeft(word, "+-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.Trim(whole+fraction, "0")
	integral := f == math.Trunc(f)
	switch {
	case f == 0 && significant != "":
		return "", codes.JSONNumberRange
	case integral && math.Abs(f) > MaxInteger && math.Abs(f) < 1e21, !scientific && strings.Trim(fraction, "0") == "" &&
		math.Abs(f) > MaxInteger:
		return "", codes.JSONNumberRange
	case len(significant) > 17, integral && !scientific && strings.Trim(fraction, "0") != "":
		return "", codes.JSONNumberPrecision
	}
	if integral && math.Abs(f) <= MaxInteger {
		return strconv.FormatInt(int64(f), 10), ""
	}
	b := strconv.AppendFloat(nil, f, 'g', -1, 64)
	return string(b), ""
}
