package main

// This file defines what `why`, `path` and `admissible` share: whom, when and about
// what they ask.

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
)

// askFlags says about which state, and who asks.
type askFlags struct {
	engineFlag
	State  string   `placeholder:"FILE" help:"${snapshot}"`
	Actor  string   `placeholder:"KIND[:ID]" help:"Who proposes. An id left out is the kind."`
	At     string   `placeholder:"TIME" help:"${at}"`
	Reason []string `placeholder:"TEXT" sep:"none" help:"A reason, and it may be given again. Left out, request."`
	JSON   bool     `help:"Print the answer's exact bytes."`
}

// asking is an opened session with what is known about its bundle.
type asking struct {
	titles titles
	*app
	engine  host.Core
	session host.Session
	at      int64
	actions map[string]map[string]json.RawMessage // type of each action's arguments
	agents  []string
}

func (f *askFlags) begin(a *app, arg string) (*asking, error) {
	engine, err := f.open(a)
	if err != nil {
		return nil, err
	}
	bundle, err := a.load(engine, arg)
	if err != nil {
		return nil, err
	}
	q := &asking{app: a, engine: engine, titles: titlesOf(bundle.Info()), actions: map[string]map[string]json.RawMessage{}}
	var info struct {
		Actions []struct {
			Name string
			Args []struct {
				Name string
				Type json.RawMessage
			}
		}
		Agents []struct{ Name string }
	}
	if err := json.Unmarshal(bundle.Info(), &info); err != nil {
		return nil, err
	}
	for _, action := range info.Actions {
		q.actions[action.Name] = map[string]json.RawMessage{}
		for _, arg := range action.Args {
			q.actions[action.Name][arg.Name] = arg.Type
		}
	}
	for _, agent := range info.Agents {
		q.agents = append(q.agents, agent.Name)
	}
	if q.session, err = openSession(bundle, f.State, playSession); err != nil {
		return nil, err
	}
	q.at, err = firstAt(q.session)
	if err == nil && f.At != "" {
		q.at, err = readTime(f.At)
	}
	return q, err
}

func readTime(text string) (int64, error) {
	if at, err := strconv.ParseInt(text, 10, 64); err == nil {
		return at, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return 0, unreadable("--at takes milliseconds since 1970 or a time such as 2026-01-31T12:00:00Z, not %q", text)
	}
	return t.UnixMilli(), nil
}

// actor reads KIND[:ID].
func (f *askFlags) actor() actor {
	kind, id, _ := strings.Cut(f.Actor, ":")
	if id == "" {
		id = kind
	}
	return actor{Kind: kind, ID: id}
}

// proposal writes the proposal that the words of the command line mean: ACTION and
// NAME=VALUE, or JSON, or "-" for JSON on standard input.
func (q *asking) proposal(f *askFlags, words []string) ([]byte, error) {
	src := []byte(words[0])
	if words[0] == "-" || strings.HasPrefix(words[0], "{") {
		if len(words) > 1 {
			return nil, unreadable("%q comes after a whole proposal", words[1])
		}
		if words[0] == "-" {
			in, err := q.input("the proposal")
			if err != nil {
				return nil, err
			}
			if src, err = io.ReadAll(io.LimitReader(in, maxInput)); err != nil {
				return nil, unreadableFile(err)
			}
		}
		if f.Actor != "" || len(f.Reason) > 0 {
			return nil, unreadable("--actor and --reason are for a proposal in words; this one says both itself")
		}
	} else {
		var err error
		if src, err = q.words(f, words); err != nil {
			return nil, err
		}
	}
	proposal, err := q.engine.Complete(src, q.at)
	if err != nil {
		return nil, unreadable("%s", describe(err))
	}
	return proposal, nil
}

func (q *asking) words(f *askFlags, words []string) ([]byte, error) {
	if f.Actor == "" {
		return nil, unreadable("--actor says who proposes: %s", strings.Join(q.agents, ", "))
	}
	args := map[string]json.RawMessage{}
	for _, word := range words[1:] {
		name, text, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, unreadable("an argument is written NAME=VALUE, not %q", word)
		}
		if args[name] != nil {
			return nil, unreadable("the argument %s is there twice", name)
		}
		args[name] = argument(text, q.actions[words[0]][name])
	}
	proposal := map[string]any{"action": words[0], "actor": f.actor(), "args": args}
	if len(f.Reason) > 0 {
		proposal["reasons"] = f.Reason
	}
	return json.Marshal(proposal)
}

// argument writes a value of a declared type: text where text is declared, otherwise
// JSON, and text where it is not JSON.
func argument(text string, declared json.RawMessage) json.RawMessage {
	quoted, _ := json.Marshal(text)
	var object map[string]json.RawMessage
	var name string
	_ = json.Unmarshal(declared, &name)
	_ = json.Unmarshal(declared, &object)
	isText := name == "string" || name == "timestamp" || name == "duration" || object["string"] != nil ||
		object["enum"] != nil
	if isText || !json.Valid([]byte(text)) {
		return quoted
	}
	return json.RawMessage(text)
}

type whyCommand struct {
	Bundle   string   `arg:"" placeholder:"BUNDLE" help:"A bundle, or a point of a catalog."`
	Proposal []string `arg:"" placeholder:"ACTION [NAME=VALUE …]" help:"${why}"`
	askFlags
}

func (*whyCommand) Help() string {
	return `Shows the decision that a proposal would get now, with every reason, and records nothing. With --json the
decision's exact bytes.

The exit code is 0 whatever the verdict, and 2 where this is no proposal.

Examples:

    holdfast why mode-constraint-layer.yaml enter to=spec drift=3 declared=true --actor user
    holdfast why spektre.yaml '{"action":"commit_plan","actor":{"kind":"owner"}}' --state session.json
    holdfast why spektre.yaml commit_plan --actor owner --reason urgency --json`
}

func (c *whyCommand) Run(a *app) error {
	q, err := c.begin(a, c.Bundle)
	if err != nil {
		return err
	}
	proposal, err := q.proposal(&c.askFlags, c.Proposal)
	if err != nil {
		return err
	}
	if c.JSON {
		answer, err := q.session.Why(proposal)
		if err != nil {
			return err
		}
		return a.line(answer)
	}
	return q.why(proposal)
}

// why shows what a proposal would get.
func (q *asking) why(proposal []byte) error {
	answer, err := q.session.Why(proposal)
	if err != nil {
		return err
	}
	d, err := readDecision(answer)
	if err != nil {
		return err
	}
	d.titles = q.titles
	d.show(q.stdout, q.style)
	return nil
}

type pathCommand struct {
	Bundle   string   `arg:"" placeholder:"BUNDLE" help:"A bundle, or a point of a catalog."`
	Proposal []string `arg:"" placeholder:"ACTION [NAME=VALUE …]" help:"${path}"`
	askFlags
}

func (*pathCommand) Help() string {
	return `Finds the shortest sequence of proposals after which this one would commit: what a disabled button's help text
says. The search is bounded, and says when it has ended at its bound.

The exit code is 0 where there is a way, 1 where none was found, 2 where this is no proposal.

Examples:

    holdfast path mode-constraint-layer.yaml enter to=spec drift=3 declared=true --actor user
    holdfast path specula.yaml advance to=prototyping --actor human --state session.json --json`
}

func (c *pathCommand) Run(a *app) error {
	q, err := c.begin(a, c.Bundle)
	if err != nil {
		return err
	}
	proposal, err := q.proposal(&c.askFlags, c.Proposal)
	if err != nil {
		return err
	}
	p := a.progress("searching a way")
	answer, err := q.session.Path(proposal)
	p.done()
	if err != nil {
		return err
	}
	var w way
	if err := json.Unmarshal(answer, &w); err != nil {
		return err
	}
	if c.JSON {
		err = a.line(answer)
	} else {
		err = q.showWay(&w, proposal)
		if err == nil && !w.Found {
			err = q.why(proposal)
		}
	}
	if err == nil && !w.Found {
		return findings
	}
	return err
}

// way is what path answers.
type way struct {
	Bounded, Found bool
	Variant        *struct {
		Proposal json.RawMessage
		Steps    []json.RawMessage
	}
	Steps   []json.RawMessage
	Tried   int
	Verdict string
	When    int64
}

// showWay shows the way to a proposal: what to do first, when, and what would do in its place.
func (q *asking) showWay(w *way, proposal []byte) error {
	asked, err := readDecision(proposal)
	if err != nil {
		return err
	}
	outcome := "commit"
	if w.Verdict == "hold" {
		outcome = "be held (it must be confirmed)"
	}
	steps, when := w.Steps, ""
	if w.Found && w.When > lastTime(w.Steps, asked.At) {
		when = " from " + moment(w.When) + " on"
	}
	switch {
	case w.Found && len(steps) == 0 && when == "":
		fmt.Fprintf(q.stdout, "It would %s now.\n", outcome)
	case w.Found && len(steps) == 0:
		fmt.Fprintf(q.stdout, "It would %s%s.\n", outcome, when)
	case w.Found && when != "":
		fmt.Fprintf(q.stdout, "It would %s%s, after %s:\n", outcome, when, count(len(steps), "step"))
	case w.Found:
		fmt.Fprintf(q.stdout, "It would %s after %s:\n", outcome, count(len(steps), "step"))
	case w.Variant != nil:
		fmt.Fprintf(q.stdout, "As it is no way was found. This would commit instead:\n")
		steps = append(w.Variant.Steps[:len(w.Variant.Steps):len(w.Variant.Steps)], w.Variant.Proposal)
	case w.Bounded:
		fmt.Fprintf(q.stdout, "No way was found among the %s that were tried. Not everything was tried, so there may be "+
			"one all the same.\n", count(w.Tried, "proposal"))
	default:
		fmt.Fprintf(q.stdout, "There is no way: %s tried, and none leads to where it would commit.\n",
			was(w.Tried, "proposal"))
	}
	at := asked.At
	for i, step := range steps {
		d, err := readDecision(step)
		if err != nil {
			return err
		}
		d.titles = q.titles
		fmt.Fprintf(q.stdout, "  %d. %s", i+1, d.proposedBy(q.titles.beside(d.Actor, asked.Actor)))
		if d.At > at {
			fmt.Fprintf(q.stdout, ", from %s on", moment(d.At))
		}
		fmt.Fprintln(q.stdout)
		at = max(at, d.At)
	}
	return nil
}

// lastTime is when the last of the steps is taken; at where there are none.
func lastTime(steps []json.RawMessage, at int64) int64 {
	for _, step := range steps {
		if d, err := readDecision(step); err == nil {
			at = max(at, d.At)
		}
	}
	return at
}

// moment writes a time in milliseconds.
func moment(at int64) string { return time.UnixMilli(at).UTC().Format(time.RFC3339Nano) }

// beside names an actor of a way to what other asks: another EDITOR where anybody else of the kind will do,
// which is what an id says that is the kind's name, or that and a number.
func (t *titles) beside(a, other actor) string {
	number, ok := strings.CutPrefix(a.ID, a.Kind+"-")
	if ok {
		_, err := strconv.Atoi(number)
		ok = err == nil
	}
	switch {
	case a == other, !ok && a.ID != a.Kind:
		return t.actor(a)
	case a.Kind == other.Kind:
		return "another " + t.agent(a.Kind)
	}
	return t.actor(actor{Kind: a.Kind})
}

// was is "1 step was", "2 steps were".
func was(n int, what string) string {
	if n == 1 {
		return count(n, what) + " was"
	}
	return count(n, what) + " were"
}

type admissibleCommand struct {
	Bundle string `arg:"" placeholder:"BUNDLE" help:"A bundle, or a point of a catalog."`
	askFlags
}

func (*admissibleCommand) Help() string {
	return `Lists every action, for every combination of its bool and enum arguments, with the verdict it would get now.
"open" says that it depends on arguments that are not known. What is possible comes first, what is preferred
before what is not. Without --actor, for each agent.

The exit code is 0 whatever is possible: that nothing is can be right.

Examples:

    holdfast admissible spektre.yaml
    holdfast admissible mode-constraint-layer.yaml --state session.json --actor user:u1
    holdfast admissible spektre.yaml --actor owner --json`
}

func (c *admissibleCommand) Run(a *app) error {
	q, err := c.begin(a, c.Bundle)
	if err != nil {
		return err
	}
	actors := []actor{c.actor()}
	if c.Actor == "" {
		actors = nil
		for _, kind := range q.agents {
			actors = append(actors, actor{Kind: kind})
		}
	}
	for i, who := range actors {
		question := map[string]any{"actor": who, "at": q.at}
		if len(c.Reason) > 0 {
			question["reasons"] = c.Reason
		}
		src, err := json.Marshal(question)
		if err != nil {
			return err
		}
		answer, err := q.session.Admissible(src)
		if err != nil {
			return err
		}
		if c.JSON {
			err = a.line(answer)
		} else {
			if i > 0 {
				fmt.Fprintln(a.stdout)
			}
			err = q.showAdmissible(who, answer, i == len(actors)-1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *asking) showAdmissible(who actor, answer []byte, last bool) error {
	var list struct {
		Actions []struct {
			Action, Governing, Say, Verdict string
			Args                            map[string]json.RawMessage
			Open                            []string
			Unmet                           int
		}
		Halted bool
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return err
	}
	fmt.Fprintln(q.stdout, q.style.bold(q.titles.actor(who)))
	t := table{colour: []func(string) string{q.style.verdict}}
	for _, e := range list.Actions {
		why := says(e.Governing, e.Say)
		switch {
		case e.Governing != "" && !q.titles.may(who.Kind, e.Action):
			why = "by:" + e.Action + ": " + says("by:"+e.Action, e.Say)
		case e.Governing != "":
			why = e.Governing + ": " + why
		}
		if len(e.Open) > 0 {
			why = "depends on " + strings.Join(e.Open, ", ")
		}
		if e.Unmet > 0 {
			why = strings.TrimPrefix(fmt.Sprintf("%s; preferences of weight %d are not met", why, e.Unmet), "; ")
		}
		t.add(e.Verdict, q.titles.proposed(e.Action, e.Args), why)
	}
	t.write(q.stdout, "  ")
	if list.Halted && last {
		fmt.Fprintln(q.stdout, "\nNothing can commit or be held now, for any agent. That can be right: doing nothing is "+
			"an answer.")
	}
	return nil
}
