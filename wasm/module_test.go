package main

// This file tests the exports of the real module, the one package host embeds,
// against the same code run natively, and that ABI.md says what is so.

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// real is the module in wazero.
type real struct {
	t      testing.TB
	module api.Module
	header uint32
	kill   bool // the next look at the clock panics
}

func start(t testing.TB, config wazero.RuntimeConfig, random byte, clock int64) *real {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	t.Cleanup(func() { runtime.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	r := &real{t: t}
	now := func() int64 {
		if r.kill {
			panic("killed")
		}
		return clock
	}
	var err error
	r.module, err = runtime.InstantiateWithConfig(ctx, host.Module(), wazero.NewModuleConfig().
		WithStartFunctions("_initialize").
		WithRandSource(fill(random)).
		WithNanotime(now, 1).
		WithWalltime(func() (int64, int32) { return now() / 1e9, 0 }, 1))
	if err != nil {
		t.Fatal(err)
	}
	r.header = r.export("holdfast_header")
	return r
}

// fill is a source of randomness that is none.
type fill byte

func (f fill) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f) + byte(f)*byte(i)
	}
	return len(p), nil
}

func (r *real) export(name string, args ...uint64) uint32 {
	out, err := r.module.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return uint32(out[0])
}

func (r *real) word(n uint32) uint32 {
	w, ok := r.module.Memory().ReadUint32Le(r.header + 4*n)
	if !ok {
		r.t.Fatal("the header lies outside the memory")
	}
	return w
}

func (r *real) call(op abi.Op, handle uint32, in []byte) ([]byte, uint32, abi.Status) {
	if at := r.export("holdfast_input", uint64(len(in))); !r.module.Memory().Write(at, in) {
		r.t.Fatal("the input buffer lies outside the memory")
	}
	status := abi.Status(r.export("holdfast_call", uint64(op), uint64(handle), uint64(len(in))))
	out, ok := r.module.Memory().Read(r.word(0), r.word(1))
	if !ok {
		r.t.Fatal("the output lies outside the memory")
	}
	return bytes.Clone(out), r.word(2), status
}

var engines = map[string]wazero.RuntimeConfig{
	"compiler":    wazero.NewRuntimeConfig(),
	"interpreter": wazero.NewRuntimeConfigInterpreter(),
}

func TestModuleAnswersAsNativeCode(t *testing.T) {
	want := play(&module{})
	for name, config := range engines {
		t.Run(name, func(t *testing.T) {
			got := play(start(t, config, 0, 1))
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("step %d, operation %d:\n module %s\n native %s", i, script[i].op, got[i], want[i])
				}
			}
		})
	}
}

// Clock and randomness must not reach an answer.
func TestModuleAnswersAlikeWhateverItsSurroundings(t *testing.T) {
	a, b := play(start(t, engines["interpreter"], 0, 1)), play(start(t, engines["interpreter"], 7, 1e18))
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("step %d, operation %d:\n%s\n%s", i, script[i].op, a[i], b[i])
		}
	}
}

// The seeds of FuzzCall and what it found, and those with bytes changed at random.
func TestModuleAnswersArbitraryCallsAsNativeCode(t *testing.T) {
	r := start(t, engines["compiler"], 0, 1)
	random := rand.New(rand.NewPCG(1, 2))
	inputs := [][]byte{seed()}
	files, _ := filepath.Glob("testdata/fuzz/FuzzCall/*")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		quoted := regexp.MustCompile(`(?s)\[\]byte\((.*)\)\s*$`).FindSubmatch(text)
		s, err := strconv.Unquote(string(quoted[1]))
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, []byte(s))
	}
	for range 300 {
		data := bytes.Clone(inputs[random.IntN(len(inputs))])
		for range 1 + random.IntN(20) {
			data[random.IntN(len(data))] ^= 1 << random.IntN(8)
		}
		inputs = append(inputs, data)
	}
	for _, data := range inputs {
		compare(t, &module{}, r, data)
	}
}

func TestInputBuffer(t *testing.T) {
	r := start(t, engines["interpreter"], 0, 1)
	resting := r.word(3)
	if r.word(4) != abi.RestingInput {
		t.Errorf("the input buffer has %d bytes", r.word(4))
	}
	if at := r.export("holdfast_input", abi.RestingInput); at != resting {
		t.Errorf("the resting buffer moved from %d to %d", resting, at)
	}
	for _, size := range []uint64{abi.MaxInput + 1, 0xffffffff} {
		if at := r.export("holdfast_input", size); at != 0 {
			t.Errorf("%d bytes were granted at %d", size, at)
		}
	}
	if status := r.export("holdfast_call", uint64(abi.OpCanon), 0, abi.RestingInput+1); abi.Status(status) != abi.Error {
		t.Errorf("an input larger than the buffer gave status %d", status)
	}
	big := []byte(`["` + strings.Repeat("x", abi.MaxInput-20) + `"]`)
	out, _, status := r.call(abi.OpCanon, 0, big)
	if status != abi.OK || !bytes.Equal(out, big) {
		t.Errorf("a large input gave status %d and %d bytes", status, len(out))
	}
	if r.word(3) != resting || r.word(4) != abi.RestingInput {
		t.Errorf("after a large input the buffer is %d bytes at %d", r.word(4), r.word(3))
	}
	if again := r.export("holdfast_header"); again != r.header {
		t.Errorf("the header moved from %d to %d", r.header, again)
	}
	// Memory does not grow without end: what a call took is collected.
	for range 20 {
		r.call(abi.OpCanon, 0, big)
	}
	if size := r.module.Memory().Size(); size > 160<<20 {
		t.Errorf("memory has grown to %d bytes", size)
	}
}

func TestInstanceIsBrokenAfterATrap(t *testing.T) {
	r := start(t, engines["interpreter"], 0, 1)
	r.kill = true
	var err error
	big := []byte(`["` + strings.Repeat("x", 4<<20) + `"]`)
	for range 100 { // until the garbage collector looks at the clock
		at, e := r.module.ExportedFunction("holdfast_input").Call(context.Background(), uint64(len(big)))
		if e != nil {
			t.Skip("the clock was read outside a call")
		}
		r.module.Memory().Write(uint32(at[0]), big)
		call := r.module.ExportedFunction("holdfast_call")
		if _, err = call.Call(context.Background(), uint64(abi.OpCanon), 0, uint64(len(big))); err != nil {
			break
		}
	}
	if err == nil {
		t.Fatal("no call was interrupted")
	}
	r.kill = false
	for range 3 {
		if status := r.export("holdfast_call", uint64(abi.OpCanon), 0, 2); abi.Status(status) != abi.Broken {
			t.Errorf("after a trap the status is %d, want %d", status, abi.Broken)
		}
	}
	if at := r.export("holdfast_input", 10); at != 0 {
		t.Errorf("after a trap there is an input buffer at %d", at)
	}
}

// page returns ABI.md.
func page(t *testing.T) string {
	text, err := os.ReadFile("ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPageListsImportsAndExports(t *testing.T) {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, engines["interpreter"])
	defer runtime.Close(ctx)
	m, err := runtime.CompileModule(ctx, host.Module())
	if err != nil {
		t.Fatal(err)
	}
	text := page(t)
	var imports, exports []string
	for _, f := range m.ImportedFunctions() {
		module, name, _ := f.Import()
		if module != "wasi_snapshot_preview1" {
			t.Errorf("the module imports %s.%s", module, name)
		}
		imports = append(imports, name)
		if !strings.Contains(text, "`"+name+"(") {
			t.Errorf("ABI.md does not list the import %s", name)
		}
	}
	if len(imports) != 10 {
		t.Errorf("%d imports, ABI.md says ten: %v", len(imports), imports)
	}
	for name := range m.ExportedFunctions() {
		exports = append(exports, name)
	}
	slices.Sort(exports)
	want := []string{"_initialize", "holdfast_abi", "holdfast_call", "holdfast_header", "holdfast_input"}
	if !slices.Equal(exports, want) {
		t.Errorf("exports %v, want %v", exports, want)
	}
}

func TestPageListsOperations(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "abi/abi.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(s.Names[0].Name, "Op") {
			declared[strings.TrimPrefix(s.Names[0].Name, "Op")] = s.Values[0].(*ast.BasicLit).Value
		}
		return true
	})
	listed := make(map[string]string)
	for _, row := range regexp.MustCompile(`(?m)^\| (\w+) \| (\d+) \|`).FindAllStringSubmatch(page(t), -1) {
		listed[row[1]] = row[2]
	}
	if len(declared) == 0 || fmt.Sprint(declared) != fmt.Sprint(listed) {
		t.Errorf("abi.go declares %v\nABI.md lists %v", declared, listed)
	}
	for _, code := range []string{codes.ABIOperation, codes.ABIHandle, codes.ABIInput, codes.LimitHandles} {
		if !strings.Contains(page(t), "| `"+code+"` |") {
			t.Errorf("ABI.md does not list %s", code)
		}
	}
	if binary.Size(abi.Header{}) != 20 {
		t.Errorf("the header has %d bytes, ABI.md says five words", binary.Size(abi.Header{}))
	}
}

// The host on the page, run as it is there.
func TestPageHost(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	code := regexp.MustCompile("(?s)```js\n(.*?)```").FindStringSubmatch(page(t))[1]
	if lines := strings.Count(code, "\n"); lines > 45 {
		t.Errorf("the host in forty lines has %d", lines)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"host.mjs": []byte(code), "holdfast.wasm": host.Module(), "door.json": []byte(door),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(node, "host.mjs", "holdfast.wasm", "door.json")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, strings.NewReader(turn+"\n"+turn+"\nnonsense\n"), os.Stderr
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var m module
	_, bundle, _ := m.call(abi.OpLoad, 0, []byte(door))
	_, session, _ := m.call(abi.OpOpen, bundle, []byte("example"))
	var want []byte
	for _, in := range []string{turn, turn, "nonsense"} {
		out, _, _ := m.call(abi.OpDecide, session, []byte(in))
		want = append(append(want, out...), '\n')
	}
	if !bytes.Equal(got, want) {
		t.Errorf("node:\n%snative:\n%s", got, want)
	}
}
