package diag

// This file compares the distance of names with a plain definition of it.

import (
	"math/rand"
	"testing"
)

// plainDistance fills the whole table.
func plainDistance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestDistance(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	word := func() string {
		b := make([]byte, r.Intn(12))
		for i := range b {
			b[i] = "abc"[r.Intn(3)]
		}
		return string(b)
	}
	for range 20000 {
		a, b, limit := word(), word(), 1+r.Intn(8)
		if got, want := distance(a, b, limit), min(plainDistance(a, b), limit); got != want {
			t.Fatalf("%q, %q, limit %d: %d, want %d", a, b, limit, got, want)
		}
	}
}

func TestErrorsDisplaceWarnings(t *testing.T) {
	var l List
	for range MaxDiagnostics + 5 {
		l.Add(Diagnostic{Code: "w", Warning: true})
	}
	if l.Failed() || l.Full() || len(l.Items) != MaxDiagnostics {
		t.Fatal("a list of warnings")
	}
	for range MaxDiagnostics + 5 {
		l.Add(Diagnostic{Code: "e"})
		if !l.Failed() || l.Items[len(l.Items)-1].Code != "e" {
			t.Fatal("an error was dropped for a warning")
		}
	}
	l.Add(Diagnostic{Code: "w", Warning: true})
	if !l.Full() || len(l.Items) != MaxDiagnostics || l.Items[0].Code != "e" {
		t.Error("a list of errors")
	}
}
