package main

// This file makes output readable: colours, columns, values.

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-json"
)

// style says whether colours are used (https://no-color.org).
type style bool

func styleFor(w io.Writer) style {
	return style(isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

// isTerminal says whether a person looks at what is written there.
func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && file.Name() != os.DevNull
}

func (s style) in(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string  { return s.in("1", text) }
func (s style) dim(text string) string   { return s.in("2", text) }
func (s style) good(text string) string  { return s.in("32", text) }
func (s style) bad(text string) string   { return s.in("31", text) }
func (s style) maybe(text string) string { return s.in("33", text) }

// verdict colours a verdict: what goes on, what waits, what is refused.
func (s style) verdict(verdict string) string {
	switch verdict {
	case "commit":
		return s.good(verdict)
	case "hold", "open", "rewrite":
		return s.maybe(verdict)
	}
	return s.bad(verdict)
}

// table lays out rows in columns. A cell is plain text, and coloured after it was
// measured.
type table struct {
	rows   [][]string
	colour []func(string) string // by column; nil for none
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer, indent string) {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range t.rows {
		line := indent
		for i, cell := range row {
			gap := ""
			if i < len(row)-1 {
				gap = strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
			}
			if i < len(t.colour) && t.colour[i] != nil {
				cell = t.colour[i](cell)
			}
			line += cell + gap
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// count is "1 step", "2 steps".
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// pairs writes an object's members as name=value, in order of name.
func pairs(object map[string]json.RawMessage) string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = name + "=" + plain(object[name])
	}
	return strings.Join(names, " ")
}

// plain writes a value as one would say it: text of letters without its quotes,
// everything else as JSON.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil || text == "" ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '"' || r == '=' || r == ',' || r > '~' }) {
		return string(value)
	}
	return text
}
