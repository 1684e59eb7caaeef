package parity

// This file defines what the generator knows of a bundle that it writes: enough to
// write expressions over it and proposals for it.

// kind is the outermost part of a type.
type kind uint8

const (
	kBool kind = iota
	kInt
	kDouble
	kString
	kTimestamp
	kDuration
	kEnum
	kList
	kMap // text keys, or with key those of an enum
	kRecord
)

// typ is a type as a bundle declares it.
type typ struct {
	kind     kind
	name     string // of a declared type
	min, max int64  // of an int
	len      int    // bytes of a string, items of a list or map
	members  []string
	key      *typ // enum
	elem     *typ
	fields   []named
}

// named is a name with a type: a variable, an argument, a field.
type named struct {
	name string
	typ  *typ
}

var (
	tBool      = &typ{kind: kBool}
	tInt       = &typ{kind: kInt, min: -1 << 53, max: 1 << 53}
	tDouble    = &typ{kind: kDouble}
	tString    = &typ{kind: kString, len: 200}
	tTimestamp = &typ{kind: kTimestamp}
	tDuration  = &typ{kind: kDuration}
)

// agent is a kind of actor.
type agent struct {
	name     string
	proposes bool
}

// variable is a state variable.
type variable struct {
	named
	child bool // declared by the child, so that the child may write it
}

// action is something that may be proposed.
type action struct {
	name  string
	args  []argument
	child bool
	by    []string
}

// argument is an argument of an action.
type argument struct {
	named
	optional bool
}

// path is a way to read a value of a type.
type path struct {
	text string
	typ  *typ
}

// Schema is what a generated bundle declares.
type Schema struct {
	ID         string // name@version
	agents     []agent
	governance []string
	types      []*typ // declared, in an order in which each names earlier ones
	vars       []variable
	logs       []variable // typ is that of an item
	constants  []named
	params     []named
	derived    []named
	patterns   []string
	actions    []action
	ttl        int64 // milliseconds
}

func (s *Schema) enums() []*typ {
	var list []*typ
	for _, t := range s.types {
		if t.kind == kEnum {
			list = append(list, t)
		}
	}
	return list
}

// same says whether values of a are values of b, as far as kinds go.
func same(a, b *typ) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case kEnum:
		return a == b
	case kList:
		return same(a.elem, b.elem)
	case kMap:
		return (a.key == nil) == (b.key == nil) && (a.key == nil || a.key == b.key) && same(a.elem, b.elem)
	case kRecord:
		return a == b
	}
	return true
}
