package main

// This file tests the documents that tell what went wrong.

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

func TestErrorDocumentIsCanonical(t *testing.T) {
	all := make([]byte, 0, 0x120)
	for c := range 0x80 {
		all = append(all, byte(c))
	}
	all = append(all, "ä\u2028\U0001F600 \xff\xc3"...)
	text := string(all)
	valid := string([]rune(text)) // as JSON holds it
	errs := []error{
		&core.Error{Code: "a/b", Path: text, Message: text, Offset: 1 << 40},
		&core.Error{},
		&core.Invalid{},
		&core.Invalid{Diagnostics: []core.Diagnostic{
			{Code: "a/b", Path: "/x", Key: true, Off: 3, End: 9, Message: text, Hint: text, Warning: true, Related: "/y"},
			{},
		}},
	}
	for _, err := range errs {
		doc := errorDocument(err)
		again, cerr := core.Canonical(doc)
		if cerr != nil {
			t.Errorf("%s: %v", doc, cerr)
		} else if string(again) != string(doc) {
			t.Errorf("not canonical:\n%s\n%s", doc, again)
		}
	}
	var got struct {
		Error struct {
			Code, Path, Message string
			Offset              int
		}
	}
	if err := json.Unmarshal(errorDocument(errs[0]), &got); err != nil {
		t.Fatal(err)
	}
	if e := got.Error; e.Code != "a/b" || e.Path != valid || e.Message != valid || e.Offset != 1<<40 {
		t.Errorf("read back %+v", e)
	}
	var many struct{ Errors []map[string]any }
	if err := json.Unmarshal(errorDocument(errs[3]), &many); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"code": "a/b", "path": "/x", "key": true, "offset": 3.0, "end": 9.0,
		"message": valid, "hint": valid, "warning": true, "related": "/y",
	}
	if !reflect.DeepEqual(many.Errors[0], want) {
		t.Errorf("got %v, want %v", many.Errors[0], want)
	}
}
