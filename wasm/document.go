package main

// This file writes the documents that tell a host what went wrong. They are
// canonical JSON: keys in order, no white space, the fewest escapes.

import (
	"strconv"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core"
)

// errorDocument returns {"errors":[…]} for a document that was refused, and
// {"error":{…}} for anything else.
func errorDocument(err error) []byte {
	switch e := err.(type) {
	case *core.Invalid:
		return append(appendDiagnostics([]byte(`{"errors":`), e.Diagnostics), '}')
	case *core.Error:
		b := make([]byte, 0, 64+len(e.Code)+len(e.Message)+len(e.Path))
		b = appendMember(b, `{"error":{"code":`, e.Code)
		b = appendMember(b, `,"message":`, e.Message)
		b = appendNumber(b, `,"offset":`, e.Offset)
		b = appendMember(b, `,"path":`, e.Path)
		return append(b, '}', '}')
	}
	panic(err.Error()) // a bug: the core's errors are one of the two
}

func appendDiagnostics(b []byte, list []core.Diagnostic) []byte {
	b = append(b, '[')
	for i := range list {
		d := &list[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, `{"code":`, d.Code)
		b = appendNumber(b, `,"end":`, d.End)
		b = appendMember(b, `,"hint":`, d.Hint)
		b = appendBool(b, `,"key":`, d.Key)
		b = appendMember(b, `,"message":`, d.Message)
		b = appendNumber(b, `,"offset":`, d.Off)
		b = appendMember(b, `,"path":`, d.Path)
		b = appendMember(b, `,"related":`, d.Related)
		b = appendBool(b, `,"warning":`, d.Warning)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendMember(b []byte, key, value string) []byte {
	return appendText(append(b, key...), value)
}

func appendNumber(b []byte, key string, value int) []byte {
	return strconv.AppendInt(append(b, key...), int64(value), 10)
}

func appendBool(b []byte, key string, value bool) []byte {
	return strconv.AppendBool(append(b, key...), value)
}

// appendText appends s in quotes. Messages may quote an input, so
// bytes that are not UTF-8 become U+FFFD.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s { // an invalid byte reads as U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r >= ' ':
			b = utf8.AppendRune(b, r)
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r == '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		}
	}
	return append(b, '"')
}
