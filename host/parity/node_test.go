package parity

// This file compares with the SDK in Node: one process that reads jobs, one a line.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

var distPath = flag.String("parity.web", "../../web/dist", "`folder` of the built SDK")

// node is the process and its pipes.
type node struct {
	in  *bufio.Writer
	out *bufio.Scanner
}

// startNode starts the process, and skips the test where it cannot.
func startNode(t testing.TB, flags ...string) *node {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed, so the SDK is not compared")
	}
	dist, err := filepath.Abs(*distPath)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dist, "index.js")); err != nil {
		t.Skip("the SDK is not built (./build.sh builds it), so it is not compared: ", err)
	}
	m, err := module()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "holdfast.wasm")
	if err := os.WriteFile(file, m, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", append(flags, "testdata/jobs.mjs", dist, file)...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v\n%s", err, problems.Bytes())
		}
	})
	n := &node{bufio.NewWriter(in), bufio.NewScanner(out)}
	n.out.Buffer(nil, 1<<28)
	return n
}

// run carries out a job, as Run does.
func (n *node) run(j *Job) (at int, got []byte, err error) {
	line, err := json.Marshal(j)
	if err != nil {
		return 0, nil, err
	}
	n.in.Write(append(line, '\n'))
	if err := n.in.Flush(); err != nil {
		return 0, nil, err
	}
	if !n.out.Scan() {
		return 0, nil, fmt.Errorf("node stopped: %v", n.out.Err())
	}
	var answers []struct {
		Out    *string
		Error  *core.Error
		Errors []finding
		Trap   string
	}
	if err := json.Unmarshal(n.out.Bytes(), &answers); err != nil {
		return 0, nil, err
	}
	for i, a := range answers {
		switch {
		case a.Out != nil:
			got = []byte(*a.Out)
		case a.Error != nil:
			got = compared(nil, a.Error)
		case a.Errors != nil && j.Steps[i].Op == "check":
			got, _ = json.Marshal(diagnostics(a.Errors))
		case a.Errors != nil:
			got = compared(nil, &core.Invalid{Diagnostics: diagnostics(a.Errors)})
		default:
			got = []byte(a.Trap)
		}
		if string(got) != string(j.Steps[i].Want) {
			return i, got, nil
		}
	}
	return -1, nil, nil
}

// finding is a diagnostic as the module writes it; core's own names differ.
type finding struct {
	Code, Hint, Message, Path, Related string
	End, Offset                        int
	Key, Warning                       bool
}

func diagnostics(list []finding) []core.Diagnostic {
	out := make([]core.Diagnostic, len(list))
	for i, d := range list {
		out[i] = core.Diagnostic{
			Code:    d.Code,
			Path:    d.Path,
			Key:     d.Key,
			Off:     d.Offset,
			End:     d.End,
			Message: d.Message,
			Hint:    d.Hint,
			Warning: d.Warning,
			Related: d.Related,
		}
	}
	return out
}

func compareNode(t *testing.T, list []*Job) {
	n := startNode(t)
	for _, j := range list {
		at, got, err := n.run(j)
		if err != nil {
			t.Fatal(err)
		}
		if at < 0 {
			continue
		}
		fail(t, j, at, got, func(try *Job) bool {
			at, _, err := n.run(try)
			return err != nil || at >= 0
		})
		return
	}
}
