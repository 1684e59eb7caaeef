package main

// This file tests what of `holdfast play` a script cannot: that it answers before the
// input ends, and what lines longer than any proposal cost.

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

const door = "testdata/door.yaml"

func TestPlayAnswersAtOnce(t *testing.T) {
	in, lines := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- run([]string{"play", door, "--engine", "native"}, in, out, io.Discard)
		out.Close()
	}()
	read := bufio.NewReader(answers)
	for seq := 1; seq <= 3; seq++ {
		// The second half comes later, and no answer before it.
		for _, part := range []string{`{"action":"turn","actor":{"kind":"keeper"},`, `"args":{"to":"closed"}}` + "\n"} {
			if _, err := io.WriteString(lines, part); err != nil {
				t.Fatal(err)
			}
		}
		answer, err := read.ReadString('\n') // waits for ever where nothing is flushed
		if err != nil || !strings.Contains(answer, `"seq":`+strconv.Itoa(seq)+`,`) {
			t.Fatalf("line %d: %q, %v", seq, answer, err)
		}
	}
	lines.Close()
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// endless gives one line of that many bytes, then one that can be decided.
func endless(size int) io.Reader {
	return io.MultiReader(io.LimitReader(same('x'), int64(size)),
		strings.NewReader("\n"+`{"action":"turn","actor":{"kind":"keeper"},"args":{"to":"closed"}}`))
}

type same byte

func (s same) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s)
	}
	return len(p), nil
}

func TestPlayLongLines(t *testing.T) {
	for _, size := range []int{core.MaxProposal, core.MaxProposal + 1, 1 << 17, 64 << 20} {
		var out bytes.Buffer
		if code := run([]string{"play", door, "--engine", "native"}, endless(size), &out, io.Discard); code != exitOK {
			t.Fatalf("%d bytes: exit code %d", size, code)
		}
		answers := strings.Split(out.String(), "\n")
		want := `{"error":{"code":"limit/proposal","message":"the proposal has ` + strconv.Itoa(size) +
			` bytes, and at most 65536 are allowed.","path":""}}`
		if size == core.MaxProposal {
			want = `{"error":{"code":"json/syntax","message":"unexpected \"x\" at byte 0: expected a value","path":""}}`
		}
		if answers[0] != want {
			t.Errorf("%d bytes: %s", size, answers[0])
		}
		// A line that is no proposal takes its second all the same.
		if !strings.Contains(answers[1], `"at":1767225601000,`) || !strings.Contains(answers[1], `"seq":1,`) {
			t.Errorf("after %d bytes: %s", size, answers[1])
		}
	}
}

// TestLineReader cuts lines in every way against what strings.Split does.
func TestLineReader(t *testing.T) {
	src := "one\n\n \t\r\n" + strings.Repeat("y", 40) + "\r\n  two\n" + strings.Repeat(" ", 40) + "\n\x00\nlast"
	var want []string
	for _, line := range strings.Split(src, "\n") {
		if strings.Trim(line, " \t\r") != "" {
			want = append(want, line[:min(len(line), 10)]+"/"+strconv.Itoa(len(line)))
		}
	}
	for _, end := range []string{"", "\n", "\n\n", "\n  "} {
		lines := &lineReader{r: bufio.NewReaderSize(strings.NewReader(src+end), 16), max: 10}
		var got []string
		for {
			line, size, err := lines.next()
			if err == io.EOF {
				break
			}
			if size > 0 {
				got = append(got, string(line)+"/"+strconv.Itoa(size))
			}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q: %q, want %q", end, got, want)
		}
	}
}

// TestNothingWritten says that output which cannot be written is not passed over.
func TestNothingWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer full.Close()
	var said bytes.Buffer
	if code := run([]string{"schema"}, nil, full, &said); code != exitUsage || said.Len() == 0 {
		t.Errorf("exit code %d, %q", code, said.String())
	}
}

// TestPoints holds the reading of a point's values to the catalog's matrix.
func TestPoints(t *testing.T) {
	path, point := cutPoint("a/b#c.yaml#size=1,x=")
	if path != "a/b#c.yaml" || point != "size=1,x=" {
		t.Errorf("%q %q", path, point)
	}
	whole := filepath.Join(t.TempDir(), "c#a=1")
	if err := os.WriteFile(whole, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{"a.yaml", "a#b/c=1", "a#", "a#b", whole} {
		if path, point := cutPoint(arg); path != arg || point != "" {
			t.Errorf("%q is %q and %q", arg, path, point)
		}
	}
	got, err := cursor("a=1,b=1,c=x,d=true,e=-7,f=007,g=1.5,h=,i=9007199254740993", nil)
	want := `{"a":1,"b":1,"c":"x","d":true,"e":-7,"f":"007","g":"1.5","h":"","i":"9007199254740993"}`
	if string(got) != want || err != nil {
		t.Errorf("%s %v", got, err)
	}
}
