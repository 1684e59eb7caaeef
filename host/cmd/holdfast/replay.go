package main

// This file defines `holdfast replay`.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

type replayCommand struct {
	Bundle string `arg:"" placeholder:"BUNDLE" help:"A bundle, or a point of a catalog."`
	Log    string `arg:"" placeholder:"LOG.jsonl" help:"${log}"`
	engineFlag
	Session string `default:"play" placeholder:"ID" help:"${session} (${default})."`
	State   string `placeholder:"FILE" help:"Begin with this snapshot instead of a new session."`
	JSON    bool   `help:"Print the outcome as one JSON object."`
}

func (*replayCommand) Help() string {
	return `Decides every recorded proposal again and compares the bytes. Lines with an error are skipped, since nothing
was recorded for them.

The exit code is 0 where all bytes are the same, 1 where they differ; the first byte that does is named. Who published
the bundle, and whether the log is whole, is for verify to say.

Examples:

    holdfast play spektre.yaml < proposals.jsonl > log.jsonl
    holdfast replay spektre.yaml log.jsonl
    holdfast replay spektre.yaml log.jsonl --engine native --session order-7`
}

// replayed is the outcome of a replay.
type replayed struct {
	Same      bool   `json:"same"`
	Decisions int    `json:"decisions"` // decided again to the same bytes
	Skipped   int    `json:"skipped"`   // lines that hold an error
	Line      int    `json:"line,omitempty"`
	Offset    int    `json:"offset,omitempty"` // of the first byte in the line that differs
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	Recorded  string `json:"recorded,omitempty"` // what is there
	Now       string `json:"now,omitempty"`      // what it would be
	other     string // the bundle that the log is of, where it is not this one
	seq, due  int64  // of the decision that differs: the one recorded, and the one to come
}

func (c *replayCommand) Run(a *app) error {
	engine, err := c.open(a)
	if err != nil {
		return err
	}
	bundle, err := a.load(engine, c.Bundle)
	if err != nil {
		return err
	}
	session, err := openSession(bundle, c.State, c.Session)
	if err != nil {
		return err
	}
	r, err := a.replay(bundle, session, c.Log, true)
	if err != nil {
		return err
	}
	if c.JSON {
		err = a.object(r)
	} else {
		id := c.Session
		if c.State != "" {
			id = ""
		}
		r.show(a, bundle, c.Log, id)
	}
	if err == nil && !r.Same {
		return findings
	}
	return err
}

// replay decides again what the log of that name holds; - is standard input. Lines with
// an error are skipped, or are no decisions.
func (a *app) replay(bundle host.Bundle, session host.Session, name string, skip bool) (*replayed, error) {
	var log io.Reader
	if name == "-" {
		var err error
		if log, err = a.input("the log"); err != nil {
			return nil, err
		}
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, unreadableFile(err)
		}
		defer file.Close()
		log = file
	}
	p := a.progress("deciding again what was recorded")
	defer p.done()
	lines := &lineReader{r: bufio.NewReaderSize(log, 1<<16), max: maxInput}
	r := &replayed{Same: true}
	for n := 1; ; n++ {
		line, size, err := lines.next()
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return nil, unreadableFile(err)
		}
		if size == 0 {
			continue
		}
		if skip && isError(line) {
			r.Skipped++
			continue
		}
		err = session.Replay(line)
		if err == nil {
			r.Decisions++
			continue
		}
		var refusal *core.Error
		var failed *host.Failure
		if errors.As(err, &failed) || !errors.As(err, &refusal) {
			return nil, err
		}
		if r.Decisions == 0 && refusal.Code != codes.ReplayDiffers && !isDecision(line) {
			return nil, unreadable("%s:%d: this is no log of decisions: %s (%s)", name, n, refusal.Message, refusal.Code)
		}
		r.Same, r.Line, r.Code, r.Message = false, n, refusal.Code, refusal.Message
		var of, due struct {
			Bundle, Digest string
			Seq            int64
		}
		if json.Unmarshal(line, &of) == nil && of.Digest != "" && of.Digest != bundle.Digest() {
			r.other = of.Bundle + " " + of.Digest
		}
		if refusal.Code == codes.ReplayDiffers {
			now := again(session, line)
			r.Offset = refusal.Offset
			r.Recorded, r.Now = around(line, refusal.Offset), around(now, refusal.Offset)
			if json.Unmarshal(now, &due) == nil {
				r.seq, r.due = of.Seq, due.Seq
			}
		}
		return r, nil
	}
}

// isError says whether a line is what play answers to one that is no proposal.
func isError(line []byte) bool {
	var answer map[string]json.RawMessage
	return bytes.HasPrefix(line, []byte(`{"error":`)) && json.Unmarshal(line, &answer) == nil && len(answer) == 1
}

// isDecision says whether a line at least has the form of a decision.
func isDecision(line []byte) bool {
	_, err := host.Read(line)
	return err == nil
}

// again returns the decision that a recorded one's proposal gets now, or nil.
func again(session host.Session, recorded []byte) []byte {
	var d map[string]json.RawMessage
	if json.Unmarshal(recorded, &d) != nil {
		return nil
	}
	proposal := map[string]json.RawMessage{}
	for _, key := range []string{"action", "actor", "args", "at", "reasons"} {
		proposal[key] = d[key]
	}
	src, err := json.Marshal(proposal)
	if err != nil {
		return nil
	}
	answer, err := session.Why(src)
	if err != nil {
		return nil
	}
	return answer
}

// around is what is near an offset: 20 bytes before it, 40 after, whole characters.
func around(b []byte, offset int) string {
	if offset > len(b) {
		return ""
	}
	from, to := max(offset-20, 0), min(offset+40, len(b))
	for from > 0 && from < len(b) && !utf8.RuneStart(b[from]) {
		from--
	}
	for to < len(b) && !utf8.RuneStart(b[to]) {
		to++
	}
	text := string(b[from:to])
	if from > 0 {
		text = "…" + text
	}
	if to < len(b) {
		text += "…"
	}
	return text
}

// show tells a person of the outcome. The id is that of the session that was opened
// for it, empty where it was not.
func (r *replayed) show(a *app, bundle host.Bundle, log, id string) {
	if r.Same {
		fmt.Fprintf(a.stdout, "%s decided again: the same bytes", count(r.Decisions, "decision"))
		if r.Skipped > 0 {
			fmt.Fprintf(a.stdout, "; %s skipped", count(r.Skipped, "error"))
		}
		fmt.Fprintln(a.stdout, ".")
		return
	}
	place := a.style.bold(fmt.Sprintf("%s:%d:", log, r.Line))
	if r.Code != codes.ReplayDiffers {
		fmt.Fprintf(a.stdout, "%s %s (%s)\n", place, r.Message, r.Code)
	} else {
		fmt.Fprintf(a.stdout, "%s the bytes differ from byte %d on (%s)\n", place, r.Offset, r.Code)
		fmt.Fprintf(a.stdout, "  recorded  %s\n  now       %s\n", r.Recorded, r.Now)
	}
	switch {
	case r.other != "":
		fmt.Fprintf(a.stdout, "  It was decided by another bundle:\n  recorded  %s\n  now       %s@%s %s\n",
			author.Printable(r.other), bundle.Name(), bundle.Version(), bundle.Digest())
	case r.seq != r.due:
		fmt.Fprintf(a.stdout, "  The line says that it is decision %d, and decision %d was to come: lines are missing, "+
			"doubled or in another order.\n", r.seq, r.due)
	case r.Decisions == 0 && id != "" && strings.Contains(r.Recorded, `"prev":`):
		fmt.Fprintf(a.stdout, "  The first decision's prev comes from the bundle and the session's id: is it %q "+
			"(--session)?\n", id)
	}
	fmt.Fprintf(a.stdout, "%s before it gave the same bytes.\n", count(r.Decisions, "decision"))
}
