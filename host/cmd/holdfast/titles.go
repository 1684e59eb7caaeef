package main

// This file says what people call the parts of a bundle. Programs read names.

import (
	"slices"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host/author"
)

// titles are those of one bundle. The zero titles has none, and names are shown.
type titles struct {
	actions map[string]string
	agents  map[string]string
	state   map[string]titled   // by variable
	by      map[string][]string // who may propose an action
}

// titled is what has a title, and a type whose members may have some.
type titled struct {
	Name, Title string
	By          []string
	Type        json.RawMessage
}

// titlesOf reads a bundle's info.
func titlesOf(info []byte) titles {
	t := titles{actions: map[string]string{}, agents: map[string]string{}, state: map[string]titled{},
		by: map[string][]string{}}
	var all struct{ Actions, Agents, State []titled }
	if err := json.Unmarshal(info, &all); err != nil {
		return t // it is read elsewhere, too, and reported there
	}
	for _, a := range all.Actions {
		t.actions[a.Name], t.by[a.Name] = author.Printable(a.Title), a.By
	}
	for _, a := range all.Agents {
		t.agents[a.Name] = author.Printable(a.Title)
	}
	for _, v := range all.State {
		t.state[v.Name] = v
	}
	return t
}

// may says whether an agent is among those that may propose an action.
func (t *titles) may(kind, action string) bool {
	by, known := t.by[action]
	return !known || slices.Contains(by, kind)
}

// agent is an agent's title, or its name.
func (t *titles) agent(kind string) string {
	if title := t.agents[kind]; title != "" {
		return title
	}
	return kind
}

// actor is an actor for people: KIND, TITLE (KIND), and with the id where it says more.
func (t *titles) actor(a actor) string {
	if title := t.agents[a.Kind]; title != "" {
		return title + " (" + a.String() + ")"
	}
	return a.String()
}

// member is a value as text, a member of an enum by its title.
func (v titled) member(value json.RawMessage) string {
	var typ struct{ Titles map[string]string }
	var name string
	if strings.HasPrefix(string(v.Type), "{") && json.Unmarshal(v.Type, &typ) == nil &&
		json.Unmarshal(value, &name) == nil && typ.Titles[name] != "" {
		return typ.Titles[name]
	}
	return plain(value)
}

// proposed is an action with its arguments: as it is typed, and before that its title.
func (t *titles) proposed(action string, args map[string]json.RawMessage) string {
	line := strings.TrimSpace(action + " " + pairs(args))
	if title := t.actions[action]; title != "" {
		return "“" + title + "” (" + line + ")"
	}
	return line
}
