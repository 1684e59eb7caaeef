package main

// This file holds the worker's JavaScript to having no statement of its own: rows are the ledger's.

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var statement = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE)\b|\.sql\b`)

func TestNoStatements(t *testing.T) {
	files, err := filepath.Glob("*.js")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := statement.Find(src); found != nil {
			t.Errorf("%s has %s: it belongs to host/ledger/object.js", file, found)
		}
	}
	if src, err := os.ReadFile("../ledger/object.js"); err != nil || !statement.Match(src) {
		t.Errorf("the expression finds nothing: %v", err)
	}
}
