package model

// This file computes the state after a list of effects.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// target is an effect whose condition held, with its path and value computed.
type target struct {
	effect *Effect
	path   []value.Value // keys and indices; a field's index as an Int
	value  value.Value

	anywhere bool // a key is unknown, so that any part of the variable may be meant
}

// Apply computes what the effects make of the state in the machine's banks, and
// writes that over after. It returns the changes appended to changes. An Error value
// says why the effects cannot be computed, after which some may be in after and in
// changes; an Unknown one that the condition of an effect is not known, after which
// every variable that effect would write is unknown too.
func Apply(m *vm.Machine, b *Bundle, effects []Effect, after *State, changes []Change) ([]Change, value.Value) {
	var one [1]target // most actions have one effect, and then nothing is allocated here
	targets, unsure, failed := aim(m, b, effects, after, one[:0])
	if failed.K == value.Error {
		return changes, failed
	}
	for i := range targets {
		if changes, failed = targets[i].write(m, b, after, changes); failed.K == value.Error {
			return changes, failed
		}
	}
	if unsure != 0 {
		return changes, value.OfUnknown(unsure)
	}
	return changes, value.Value{}
}

// aim appends to targets the paths and values of the effects whose conditions hold. What an
// effect under an unknown condition would write is unknown in after; it returns on what that depends.
func aim(m *vm.Machine, b *Bundle, effects []Effect, after *State, targets []target) (
	[]target, uint64, value.Value,
) {
	unsure := uint64(0)
	var room Extent
	when, held := (*vm.Program)(nil), value.Value{}
	for i := range effects {
		e := &effects[i]
		if e.When != nil {
			if e.When != when {
				when, held = e.When, m.Run(e.When)
			}
			switch {
			case held.K == value.Error:
				return nil, 0, held
			case held.K == value.Unknown:
				unsure |= held.N
				e.markUnknown(after, held)
				continue
			case held.K != value.Bool:
				return nil, 0, value.OfError(value.NoSuchOverload,
					"the condition of an effect is a "+held.K.String()+", not a bool")
			case !held.True():
				continue
			}
		}
		t, failed := e.target(m, &room)
		if failed.K == value.Error {
			return nil, 0, failed
		}
		for j := range targets {
			if o := &targets[j]; e.Var >= 0 && o.effect.Var == e.Var && !t.anywhere && overlap(o.path, t.path) {
				return nil, 0, value.OfError(value.InvalidArgument, "two effects set `"+t.name(b)+"` at once")
			}
		}
		targets = append(targets, t)
	}
	return targets, unsure, value.Value{}
}

// markUnknown makes what the effect would write unknown.
func (e *Effect) markUnknown(after *State, unknown value.Value) {
	if e.Var >= 0 {
		after.Vars[e.Var] = unknown
	} else {
		after.Logs[e.Log] = unknown
	}
}

// target computes the path and the value of an effect.
func (e *Effect) target(m *vm.Machine, room *Extent) (t target, failed value.Value) {
	t.effect = e
	unknown := value.Value{}
	for j := range e.Path {
		s := &e.Path[j]
		k := s.key(m)
		switch {
		case k.K == value.Error:
			return t, k
		case k.K == value.Unknown:
			unknown = k
		case s.Type.Kind == types.List && k.K != value.Int, s.Type.Kind == types.Map && k.K != value.String:
			return t, value.OfError(value.NoSuchOverload, "an index of `"+e.Text+"` is a "+k.K.String())
		}
		t.path = append(t.path, k)
	}
	if t.value = e.Value.eval(m, room); t.value.K == value.Error {
		return t, t.value
	}
	if unknown.K == value.Unknown {
		t.path, t.value, t.anywhere = nil, unknown, true
	}
	return t, value.Value{}
}

// key computes the key or index of a step; a field's index as an Int.
func (s *Step) key(m *vm.Machine) value.Value {
	switch {
	case s.Field >= 0:
		return value.OfInt(int64(s.Field))
	case s.Index != nil:
		return m.Run(s.Index)
	}
	return s.Key
}

// write puts the value into the state after, and adds the change where there is one.
func (t *target) write(m *vm.Machine, b *Bundle, after *State, changes []Change) ([]Change, value.Value) {
	e := t.effect
	if e.Var < 0 {
		if log := after.Logs[e.Log]; log.K != value.Unknown {
			after.Logs[e.Log] = value.OfList(append(log.Items(), t.value))
			changes = append(changes, Change{Effect: e, Path: "logs." + e.Text, To: t.value})
		}
		return changes, value.Value{}
	}
	v := &after.Vars[e.Var]
	if t.value.K == value.Unknown {
		*v = t.value
	}
	if v.K == value.Unknown {
		return changes, value.Value{}
	}
	m.Cost += e.copies(*v)
	if m.Cost > m.CostLimit {
		return changes, value.OfError(value.CostLimit, "evaluation costs more than is allowed")
	}
	from, to, failed := put(*v, e.Path, t.path, t.value)
	if failed.K == value.Error {
		return changes, failed
	}
	*v = to
	if !value.Equal(from, t.value) {
		changes = append(changes, Change{Effect: e, Path: t.name(b), From: from, To: t.value})
	}
	return changes, value.Value{}
}

// Look returns the name of the part of the state that an effect on a variable sets,
// its keys computed, and what that part is now; an Error or Unknown value where the
// keys are not to be had.
func (e *Effect) Look(m *vm.Machine, b *Bundle, s State) (string, value.Value) {
	t := target{effect: e}
	v := s.Vars[e.Var]
	for i := range e.Path {
		step := &e.Path[i]
		k := step.key(m)
		if k.K >= value.Error {
			return e.Text, k
		}
		t.path = append(t.path, k)
		at := -1
		switch {
		case step.Type.Kind == types.List:
			if items := v.Items(); k.K == value.Int && k.Int() >= 0 && k.Int() < int64(len(items)) {
				v = items[k.Int()]
				continue
			}
		case step.Field >= 0:
			at = step.Field
		case k.K == value.String:
			at = find(v.Entries(), k.Str())
		}
		if at < 0 {
			return e.Text, value.OfError(value.NoSuchKey, "there is no such part")
		}
		v = v.Entries().Vals[at]
	}
	return t.name(b), v
}

// copyUnits is what copying an item costs: 24 or 48 bytes, which are garbage with the next effect.
const copyUnits = 4

// copies is what setting a part of v costs: all beside it is copied. Only the
// outermost list or map counts, as the others are at most as long as their type says.
func (e *Effect) copies(v value.Value) uint64 {
	n := e.Inner
	if len(e.Path) > 0 {
		switch v.K {
		case value.List:
			n += v.N
		case value.Map:
			n += uint64(v.Entries().Len())
		}
	}
	return copyUnits * n
}

// MostCopied is the most that setting the part may cost.
func (e *Effect) MostCopied() uint64 {
	t := e.Path[0].Type
	return copyUnits * (e.Inner + uint64(t.Len+len(t.Fields)))
}

// overlap says whether one path is the other, or a part of it.
func overlap(p, q []value.Value) bool {
	for i := range min(len(p), len(q)) {
		if !value.Equal(p[i], q[i]) {
			return false
		}
	}
	return true
}

// name writes the path with its keys, as decisions show it.
func (t *target) name(b *Bundle) string {
	s := b.Vars[t.effect.Var].Name
	for i, k := range t.path {
		switch step := t.effect.Path[i]; {
		case step.Field >= 0:
			s += "." + step.Type.Fields[step.Field].Name
		case k.K == value.Int:
			s += "[" + strconv.FormatInt(k.Int(), 10) + "]"
		default:
			s += part(k.Str())
		}
	}
	return s
}

// put returns what is at the path, and v with to in its place.
func put(v value.Value, steps []Step, path []value.Value, to value.Value) (from, whole, failed value.Value) {
	if len(path) == 0 {
		return v, to, value.Value{}
	}
	key := path[0]
	if steps[0].Type.Kind == types.List {
		items := v.Items()
		if key.Int() < 0 || key.Int() >= int64(len(items)) {
			return v, v, value.OfError(value.IndexOutOfRange,
				"there is no item "+strconv.FormatInt(key.Int(), 10)+" to set; the list has "+strconv.Itoa(len(items)))
		}
		i := int(key.Int())
		from, inner, failed := put(items[i], steps[1:], path[1:], to)
		items = append([]value.Value(nil), items...)
		items[i] = inner
		return from, value.OfList(items), failed
	}
	e := v.Entries()
	i := -1
	if steps[0].Field >= 0 {
		i = steps[0].Field
	} else {
		i = find(e, key.Str())
	}
	if i < 0 {
		if len(path) > 1 {
			return v, v, value.OfError(value.NoSuchKey,
				"there is no entry "+string(canon.AppendString(nil, key.Str()))+" to set a part of")
		}
		n := 0
		for n < e.Len() && e.Keys[n].Str() < key.Str() {
			n++
		}
		added := &value.Entries{Keys: insert(e.Keys, n, key), Vals: insert(e.Vals, n, to)}
		return value.Value{}, value.OfMap(added), value.Value{}
	}
	from, inner, failed := put(e.Vals[i], steps[1:], path[1:], to)
	changed := &value.Entries{Keys: e.Keys, Vals: append([]value.Value(nil), e.Vals...)}
	changed.Vals[i] = inner
	return from, value.OfMap(changed), failed
}

func insert(list []value.Value, at int, v value.Value) []value.Value {
	out := make([]value.Value, 0, len(list)+1)
	out = append(append(out, list[:at]...), v)
	return append(out, list[at:]...)
}
