package value

// This file names the kinds: for people, and as CEL's type() does.

var kindNames = [...]string{
	Null:      "null",
	Bool:      "bool",
	Int:       "int",
	Uint:      "uint",
	Double:    "double",
	String:    "string",
	Bytes:     "bytes",
	Duration:  "duration",
	Timestamp: "timestamp",
	List:      "list",
	Map:       "map",
	Type:      "type",
	Error:     "error",
	Unknown:   "unknown",
}

// String returns the kind's name as messages use it, such as "timestamp".
func (k Kind) String() string { return kindNames[k] }

// IsNumber says whether k is Int, Uint or Double.
func (k Kind) IsNumber() bool { return k == Int || k == Uint || k == Double }

// TypeOf returns v's type as CEL's type() does. Types are equal when their names are.
func TypeOf(v Value) Value {
	switch v.K {
	case Null:
		return OfType("null_type")
	case Duration:
		return OfType("google.protobuf.Duration")
	case Timestamp:
		return OfType("google.protobuf.Timestamp")
	}
	return OfType(kindNames[v.K])
}
