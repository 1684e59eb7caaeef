package author

// This file renders findings for people.
//
//	guardian.yaml:12:14: error name/unknown: there is no name `stat` here.
//	   12 |     require: stat.load < 80
//	      |              ^^^^
//	      = did you mean `state`?
//	      : guardian.yaml:3:1
//	    3 | state:
//	      | ^^^^^

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	json "github.com/goccy/go-json"
	"golang.org/x/text/width"

	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// Style says how a report looks.
type Style struct {
	Color bool // ANSI colours
	JSON  bool // one JSON object instead of text
	Width int  // columns of an excerpt; 0 is 100
}

// report is what the JSON form holds.
type report struct {
	Findings []yaml.Finding `json:"findings"`
	Errors   int            `json:"errors"`
	Warnings int            `json:"warnings"`
}

// Report writes findings for a person, or for a program, at most MaxFindings of
// them, and how many there are. Without findings text is empty.
func Report(w io.Writer, findings []yaml.Finding, style Style) error {
	r := report{Findings: findings}
	for _, f := range findings {
		if f.Severity == yaml.Warning {
			r.Warnings++
		} else {
			r.Errors++
		}
	}
	r.Findings = r.Findings[:min(len(findings), yaml.MaxFindings)]
	if style.JSON {
		if r.Findings == nil {
			r.Findings = []yaml.Finding{}
		}
		b, err := json.MarshalWithOption(r, json.DisableHTMLEscape())
		if err == nil {
			_, err = w.Write(append(b, '\n'))
		}
		return err
	}
	if len(findings) == 0 {
		return nil
	}
	p := &painter{Style: style}
	for i := range r.Findings {
		p.finding(&r.Findings[i])
	}
	p.b.WriteString(p.in(bold, count(r.Errors, "error")+", "+count(r.Warnings, "warning")))
	if len(findings) > yaml.MaxFindings {
		fmt.Fprintf(&p.b, "; the first %d are shown", yaml.MaxFindings)
	}
	p.b.WriteString(".\n")
	_, err := w.Write(p.b.Bytes())
	return err
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// ANSI colours.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	cyan   = "36"
)

type painter struct {
	Style
	b bytes.Buffer
}

func (p *painter) in(color, s string) string {
	if !p.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func (p *painter) finding(f *yaml.Finding) {
	color := red
	if f.Severity == yaml.Warning {
		color = yellow
	}
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	fmt.Fprintf(&p.b, "%s: %s: %s\n", p.in(bold, Printable(where)), p.in(color, string(f.Severity)+" "+f.Code),
		Printable(f.Message))
	gutter := 5
	if f.Line > 0 {
		gutter = max(gutter, len(strconv.Itoa(f.Line)))
	}
	if f.Related != nil {
		gutter = max(gutter, len(strconv.Itoa(f.Related.Line)))
	}
	p.excerpt(f.Place, gutter, color)
	if f.Hint != "" {
		fmt.Fprintf(&p.b, "%*s %s %s\n", gutter, "", p.in(blue, "="), Printable(f.Hint))
	}
	if f.Related != nil {
		fmt.Fprintf(&p.b, "%*s %s see %s:%d:%d\n", gutter, "", p.in(blue, "="), Printable(f.Related.File), f.Related.Line,
			f.Related.Column)
		p.excerpt(*f.Related, gutter, cyan)
	}
	p.b.WriteByte('\n')
}

// Printable returns text for one line of a terminal: characters that would move the
// cursor, change the direction of what follows or hide are shown as <U+200B>, line
// breaks and tabs as blanks.
func Printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case hidden(r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden says whether a character takes no room of its own and joins none.
func hidden(r rune) bool { return r != zeroWidthJoiner && unicode.In(r, unicode.Cf, unicode.Cc) }

const zeroWidthJoiner = '\u200D'

// cell is a character of an excerpt as it is shown.
type cell struct {
	text  string
	width int // columns it takes
}

// tabStop is how many columns apart tabs stop.
const tabStop = 4

// cells lays out a line in columns.
func cells(line string) []cell {
	var list []cell
	column := 0
	for _, r := range line {
		c := cell{string(r), 1}
		switch {
		case r == '\t':
			n := tabStop - column%tabStop
			c = cell{strings.Repeat(" ", n), n}
		case r == zeroWidthJoiner || unicode.In(r, unicode.Mn, unicode.Me):
			c.width = 0
		case hidden(r):
			// It is shown because it may be what is wrong: a zero-width space in a name.
			c.text = fmt.Sprintf("<U+%04X>", r)
			c.width = len(c.text)
		default:
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				c.width = 2
			}
		}
		column += c.width
		list = append(list, c)
	}
	return list
}

// excerpt shows the line a place begins on, with the place underlined. Of a long
// line it shows the part around it.
func (p *painter) excerpt(at yaml.Place, gutter int, color string) {
	if at.Line == 0 || strings.TrimSpace(at.Text) == "" {
		return
	}
	line := cells(at.Text)
	from := min(at.Column-1, len(line))
	to := len(line)
	if at.EndLine == at.Line {
		to = min(max(at.EndColumn-1, from), len(line))
	}
	limit := p.Width
	if limit <= 0 {
		limit = 100
	}
	first, last := window(line, from, to, limit)
	show, under := strings.Builder{}, strings.Builder{}
	if first > 0 {
		show.WriteString("… ")
		under.WriteString("  ")
	}
	marks := 0
	for i, c := range line[first:last] {
		show.WriteString(c.text)
		switch i += first; {
		case i < from:
			under.WriteString(strings.Repeat(" ", c.width))
		case i < to:
			marks += c.width
		}
	}
	shown := strings.TrimRight(show.String(), " ")
	if last < len(line) {
		shown += " …"
	}
	bar := p.in(blue, "|")
	fmt.Fprintf(&p.b, "%s %s %s\n", p.in(blue, fmt.Sprintf("%*d", gutter, at.Line)), bar, shown)
	fmt.Fprintf(&p.b, "%*s %s %s%s\n", gutter, "", bar, under.String(), p.in(color, strings.Repeat("^", max(marks, 1))))
}

// window chooses which cells of a line to show: all that fit in limit columns,
// and otherwise those from a little before from on.
func window(line []cell, from, to, limit int) (first, last int) {
	total := 0
	for _, c := range line {
		total += c.width
	}
	if total <= limit {
		return 0, len(line)
	}
	marked := 0
	for _, c := range line[from:to] {
		marked += c.width
	}
	front := 0
	for _, c := range line[:from] {
		front += c.width
	}
	before := max(limit/5, (limit-marked)/2) // columns of context in front
	if front+marked+limit/5 <= limit {
		before = front
	}
	for first = from; first > 0 && before >= line[first-1].width; first-- {
		before -= line[first-1].width
	}
	room := limit
	for last = first; last < len(line) && room >= line[last].width; last++ {
		room -= line[last].width
	}
	for last == len(line) && first > 0 && room >= line[first-1].width {
		first--
		room -= line[first].width
	}
	return first, last
}
