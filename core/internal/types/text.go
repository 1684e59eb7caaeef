package types

// This file gives types their names, as messages and CEL write them.

// Ready-made types without bounds. They are shared: never change one.
var (
	TDyn       = &Type{Kind: Dyn}
	TNull      = &Type{Kind: Null}
	TBool      = &Type{Kind: Bool}
	TInt       = &Type{Kind: Int}
	TUint      = &Type{Kind: Uint}
	TDouble    = &Type{Kind: Double}
	TString    = &Type{Kind: String}
	TBytes     = &Type{Kind: Bytes}
	TDuration  = &Type{Kind: Duration}
	TTimestamp = &Type{Kind: Timestamp}
	TType      = &Type{Kind: TypeType}
	TBad       = &Type{Kind: Bad}
)

var kindNames = [...]string{Dyn: "dyn", Null: "null", Bool: "bool", Int: "int", Uint: "uint", Double: "double",
	String: "string", Bytes: "bytes", Duration: "duration", Timestamp: "timestamp", List: "list", Map: "map",
	TypeType: "type", Enum: "enum", Record: "record", Param: "dyn", Bad: "dyn"}

// ListOf returns the type of lists of elem.
func ListOf(elem *Type) *Type { return &Type{Kind: List, Elem: elem} }

// MapOf returns the type of maps from key to elem.
func MapOf(key, elem *Type) *Type { return &Type{Kind: Map, Key: key, Elem: elem} }

// String returns the type as CEL writes it: list(int), map(string,dyn), or the
// name of a declared type. A type variable reads as what it is bound to.
func (t *Type) String() string {
	for t.Kind == Param && t.Elem != nil {
		t = t.Elem
	}
	switch {
	case t.Kind == Param:
		return "dyn"
	case t.Name != "":
		return t.Name
	case t.Kind == List && t.Elem != nil:
		return "list(" + t.Elem.String() + ")"
	case t.Kind == Map && t.Elem != nil && t.Key != nil:
		return "map(" + t.Key.String() + "," + t.Elem.String() + ")"
	}
	return kindNames[t.Kind]
}
