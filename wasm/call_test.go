package main

// This file tests the translation natively: every operation, and arbitrary calls.

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// door is a bundle small enough for a fuzzer to mend.
const door = `{"actions":{"turn":{"args":{"to":"bool"},"set":{"open":"args.to"}},"wait":{}},` +
	`"agents":{"guard":{},"user":{"proposes":true}},"bundle":"door",` +
	`"constraints":[{"id":"D-1","level":"operational","on":["turn"],"otherwise":{"say":"It is {state.open} already."},` +
	`"require":"args.to != state.open"}],` +
	`"holdfast":1,"state":{"open":{"owner":["guard"],"type":"bool"}},"version":"1.0.0"}`

const turn = `{"action":"turn","actor":{"id":"g","kind":"guard"},"args":{"to":true},"at":1767225600000,` +
	`"reasons":["request"]}`

// script is a session with every operation. A step's handle is the index of the step
// that opened it plus 1, or 0.
var script = []struct {
	op     abi.Op
	handle int
	in     string
}{
	{abi.OpCanon, 0, ` {"b":1, "a":2}`},
	{abi.OpCanon, 0, `{"a":1,"a":2}`},
	{abi.OpDigest, 0, door},
	{abi.OpCheck, 0, door},
	{abi.OpCheck, 0, `{}`},
	{abi.OpLoad, 0, `{}`},
	{abi.OpLoad, 0, door}, // 7
	{abi.OpInfo, 7, ""},
	{abi.OpOpen, 7, "s"}, // 9
	{abi.OpOpen, 7, ""},
	{abi.OpWhy, 9, turn},
	{abi.OpPath, 9, turn},
	{abi.OpAdmissible, 9, `{"actor":{"id":"g","kind":"guard"}}`},
	{abi.OpDecide, 9, turn},
	{abi.OpDecide, 9, turn},
	{abi.OpDecide, 9, `{"action":"turn"}`},
	{abi.OpDecide, 9, strings.Replace(strings.Replace(turn, "guard", "user", 1), "true", "false", 1)},
	{abi.OpView, 9, ""},
	{abi.OpSnapshot, 9, ""},
	{abi.OpRestore, 7, `{}`},
	{abi.OpComplete, 0, "\x00\xe8\x03\x00\x00\x01\x00\x00" + `{"action":"wait","actor":{"kind":"user"}}`},
	{abi.OpComplete, 0, "short"},
	{abi.OpEval, 0, `{"expr":"1 + x","vars":{"x":2}}`},
	{abi.OpEval, 0, `{"expr":"1 +"}`},
	{abi.OpCase, 0, `{}`},
	{abi.OpPublic, 0, door},
	{abi.OpCatalog, 0, `{}`},
	{abi.OpResolve, 7, `{}`},
	{abi.OpReplay, 9, `{}`},
	{abi.OpClose, 7, ""},
	{abi.OpOpen, 7, "s"}, // closed
	{abi.OpDecide, 9, turn},
	{abi.OpClose, 9, ""},
	{abi.OpDecide, 9, turn}, // closed
	{0, 0, ""},
	{99, 0, ""},
	{abi.OpLoad, 0, door}, // 37
	{abi.OpOpen, 37, "s"}, // 38
	{abi.OpWatch, 37, turn},
	{abi.OpWatch, 38, turn + "\n{}\n" + strings.Replace(turn, "true", "false", 1)}, // 40
	{abi.OpAnswers, 38, "\x00\x00\x00\x00\x00\x00\x00\x00"},
	{abi.OpAnswers, 40, "short"},
	{abi.OpAnswers, 40, "\x00\x00\x00\x00\x00\x00\x00\x00"},
	{abi.OpDecide, 38, turn},
	{abi.OpAnswers, 40, "\x00\xe8\x03\x00\x00\x01\x00\x00"},
	{abi.OpClose, 38, ""},
	{abi.OpAnswers, 40, "\x00\xe8\x03\x00\x00\x01\x00\x00"}, // a watch outlives its session's handle
	{abi.OpClose, 40, ""},
	{abi.OpAnswers, 40, "\x00\xe8\x03\x00\x00\x01\x00\x00"},
	{abi.OpOpen, 37, "s"}, // 50
	{abi.OpHead, 50, ""},
	{abi.OpHead, 37, ""},
}

// machine is the module, native or real.
type machine interface {
	call(op abi.Op, handle uint32, in []byte) (out []byte, opened uint32, status abi.Status)
}

// play runs the script and returns what it answered, one entry a step.
func play(m machine) (answers []string) {
	handles := []uint32{0}
	for _, step := range script {
		out, opened, status := m.call(step.op, handles[step.handle], []byte(step.in))
		handles = append(handles, opened)
		answers = append(answers, string(rune('0'+status))+" "+string(out))
	}
	return answers
}

func TestEveryOperation(t *testing.T) {
	answers := play(&module{})
	want := map[int]string{ // by index, the beginning of the answer
		0:  `0 {"a":2,"b":1}`,
		1:  `1 {"error":{"code":"json/duplicate-key"`,
		2:  `0 ` + core.Digest([]byte(door)),
		3:  `0 {"diagnostics":[]}`,
		4:  `0 {"diagnostics":[{"code":"bundle/`,
		5:  `1 {"errors":[{"code":"bundle/`,
		6:  `0 {`,
		8:  `0 `,
		9:  `1 {"error":{"code":"session/id"`,
		21: `1 {"error":{"code":"abi/input"`,
		27: `1 {"error":{"code":"abi/handle"`,
		30: `1 {"error":{"code":"abi/handle"`,
		31: `0 {"action":"turn"`, // the session outlives its bundle's handle
		33: `1 {"error":{"code":"abi/handle"`,
		34: `1 {"error":{"code":"abi/operation"`,
		35: `1 {"error":{"code":"abi/operation"`,
		38: `1 {"error":{"code":"abi/handle"`,
		40: `1 {"error":{"code":"abi/handle"`,
		41: `1 {"error":{"code":"abi/input"`,
		42: "0 [\"commit\",[],[]]\n{\"error\":{\"code\":\"proposal/shape\"",
		44: `0 ["reject",[{"code":"","id":"D-1"`,
		48: `1 {"error":{"code":"abi/handle"`,
		50: `0 {"at":0,"bundle":"door@1.0.0",`,
		51: `1 {"error":{"code":"abi/handle"`,
	}
	for i, begin := range want {
		if !strings.HasPrefix(answers[i], begin) {
			t.Errorf("step %d, operation %d: got %s, want %s…", i, script[i].op, answers[i], begin)
		}
	}
	if answers[46] != "0 \n\n" {
		t.Errorf("a watch whose session was closed, where nothing has changed, says %q", answers[46])
	}
	if answers[7] != answers[6] {
		t.Errorf("Info says %s, Load %s", answers[7], answers[6])
	}
	for _, i := range []int{10, 11, 12, 13, 14, 16, 17, 18, 20, 22, 25} {
		if answers[i][0] != '0' {
			t.Errorf("step %d, operation %d: %s", i, script[i].op, answers[i])
		}
	}
}

// buffered calls a module as the exports do: the input is in a buffer that is
// overwritten as soon as the call is over.
type buffered struct {
	module
	buffer [1 << 20]byte
}

func (l *buffered) call(op abi.Op, handle uint32, in []byte) ([]byte, uint32, abi.Status) {
	n := copy(l.buffer[:], in)
	out, opened, status := l.module.call(op, handle, l.buffer[:n:n])
	out = bytes.Clone(out)
	for i := range n {
		l.buffer[i] = 0xA5
	}
	return out, opened, status
}

// A fuzz input is a list of calls: operation, index of the opened handle to use,
// two bytes of length, that many bytes.
func calls(data []byte, do func(op abi.Op, handle int, in []byte)) {
	for len(data) >= 4 {
		n := min(int(binary.LittleEndian.Uint16(data[2:])), len(data)-4)
		do(abi.Op(data[0]), int(data[1]), data[4:4+n])
		data = data[4+n:]
	}
}

func seed() (data []byte) {
	opened := 0
	index := make(map[int]int)
	for i, step := range script {
		h := 0
		if step.handle != 0 {
			h = index[step.handle]
		}
		data = append(data, byte(step.op), byte(h), byte(len(step.in)), byte(len(step.in)>>8))
		data = append(data, step.in...)
		if i+1 == 7 || i+1 == 9 || i+1 == 37 || i+1 == 38 || i+1 == 40 || i+1 == 50 {
			opened++
			index[i+1] = opened
		}
	}
	return data
}

// compare makes the calls of data on both machines, which must answer alike.
func compare(t *testing.T, a, b machine, data []byte) {
	handles := [][2]uint32{{0, 0}}
	calls(data, func(op abi.Op, handle int, in []byte) {
		h := [2]uint32{uint32(handle), uint32(handle)} // one that was never given
		if handle < len(handles) {
			h = handles[handle]
		}
		out, opened, status := a.call(op, h[0], in)
		out2, opened2, status2 := b.call(op, h[1], in)
		if status != status2 || !bytes.Equal(out, out2) || (opened == 0) != (opened2 == 0) {
			t.Fatalf("operation %d on handle %d with %q:\n%d %s\n%d %s", op, handle, in, status, out, status2, out2)
		}
		if status == abi.Error {
			if opened != 0 {
				t.Fatalf("operation %d failed and opened %#x", op, opened)
			}
			if again, err := core.Canonical(out); err != nil || !bytes.Equal(again, out) {
				t.Fatalf("operation %d: the error document is not canonical: %s", op, out)
			}
		} else if status != abi.OK {
			t.Fatalf("status %d", status)
		}
		if opened != 0 {
			handles = append(handles, [2]uint32{opened, opened2})
		}
	})
}

// FuzzCall makes arbitrary calls. It shows that none panics, and that no
// operation keeps its input: a module whose input buffer is overwritten after each
// call answers as one that may keep everything.
func FuzzCall(f *testing.F) {
	f.Add(seed())
	f.Fuzz(func(t *testing.T, data []byte) {
		compare(t, &module{}, &buffered{}, data)
	})
}
