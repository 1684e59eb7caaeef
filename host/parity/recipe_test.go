package parity

import (
	"strings"
	"testing"
)

func TestRecipe(t *testing.T) {
	r, err := ReadRecipe(
		"Why it hurts.\n-- load limit/x\n{«i 1..3 ,|\"a$i\":$(i-1)»}\n-- decide commit\n«i 0..1 \\n|«k 7..8 |[$i$k$]»»\n")
	if err != nil {
		t.Fatal(err)
	}
	if r.About != "Why it hurts." || len(r.Sections) != 2 {
		t.Fatalf("%+v", r)
	}
	if s := r.Sections[0]; s.Name != "load" || s.Words != "limit/x" || string(s.Body) != `{"a1":0,"a2":1,"a3":2}` {
		t.Errorf("%s %s %s", s.Name, s.Words, s.Body)
	}
	if s := r.Sections[1]; string(s.Body) != "[07$][08$]\n[17$][18$]" {
		t.Errorf("%s", s.Body)
	}
	for _, bad := range []string{"«", "«i|x»", "«i 1..|x»", "«i 1..9999999 |«k 1..99 |0123456789»»"} {
		if _, err := ReadRecipe("-- load\n" + bad); err == nil {
			t.Errorf("%q was read", bad)
		} else if !strings.HasPrefix(err.Error(), "load: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
