package main

import (
	"bytes"
	"testing"
)

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		want     string
	}{
		{false, "holdfast: building a.yaml (3 of 90) …\n"},
		{true, "\r\x1b[Kbuilding a.yaml (3 of 90) …\r\x1b[K"},
	} {
		var out bytes.Buffer
		p := (&app{stderr: &out}).progress("building a.yaml")
		p.timer.Stop()
		p.terminal = c.terminal
		p.at(3, 90)
		p.tick()
		p.done()
		p.tick()
		p.done()
		if out.String() != c.want {
			t.Errorf("terminal %v: %q, want %q", c.terminal, out.String(), c.want)
		}
	}
	var out bytes.Buffer
	p := (&app{stderr: &out}).progress("something quick")
	p.timer.Stop()
	p.done()
	if out.Len() > 0 {
		t.Errorf("what was quick is not spoken of: %q", out.String())
	}
}
