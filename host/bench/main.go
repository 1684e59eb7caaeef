// Command bench measures expressions and patterns where they run: in a module, in
// V8 (Node) and in wazero, and natively. It asserts nothing. Beside them is
// cel-go, compiled the same way and run in the same engine, on the same guard.
//
//	go run ./host/bench             # a minute or two
//	go run ./host/bench -count 3    # less, and less steady
//
// What is measured are benchmarks of packages code and text; compare lines of one
// run only.
package main

// This file builds the programs, runs them and sets their answers side by side.

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

func main() {
	count := flag.Int("count", 25, "run each for a fiftieth of a second, this many times, and take the fastest")
	flag.Parse()
	if err := run(*count); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// row is a line of the table.
type row struct {
	name    string // of the benchmark
	words   string
	unit    float64
	goal    string
	peer    string // the benchmark of package peers that asks the same; may be empty
	against string
}

var rows = []row{
	{"BenchmarkEval/work", "a hundred multiplications one after another, ns", 1, "", "", ""},
	{"BenchmarkEval/floor", "run a program of one instruction, ns", 1, "", "", ""},
	{"BenchmarkEval/one", "one comparison, ns", 1, "", "BenchmarkPeer/one", "cel-go"},
	{"BenchmarkEval/four", "a guard of four comparisons, ns", 1, "at most 150 in V8", "BenchmarkPeer/four", "cel-go"},
	{"BenchmarkEval/index", "a comparison with a map's entry, ns", 1, "", "BenchmarkPeer/index", "cel-go"},
	{"BenchmarkPhrases/ascii", "1,000 phrases over 10 KB, plain text, µs", 1000, "under 1,000 in V8",
		"BenchmarkPeer/phrases", "strings.Contains for each"},
	{"BenchmarkPhrases/decomposed", "the same, accents apart from letters, µs", 1000, "", "", ""},
	{"BenchmarkPhrases/full-width", "the same, 10,000 full-width letters, µs", 1000, "", "", ""},
}

func run(count int) error {
	folder, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	packages := map[string]string{"code": "^BenchmarkEval$", "text": "^BenchmarkPhrases$", "peers": "^BenchmarkPeer$"}
	engines := []string{"native", "V8", "wazero"}
	best := map[string]map[string]float64{}
	for _, e := range engines {
		best[e] = map[string]float64{}
	}
	for _, name := range []string{"code", "text", "peers"} {
		native, module := filepath.Join(folder, name), filepath.Join(folder, name+".wasm")
		if err := compile(name, native, module); err != nil {
			if name != "peers" {
				return err
			}
			fmt.Fprintln(os.Stderr, "bench: without peers, which cannot be built here:", err)
			continue
		}
		args := []string{"-test.run", "^$", "-test.bench", packages[name], "-test.benchtime", "20ms", "-test.count",
			strconv.Itoa(count)}
		for _, e := range engines {
			var out bytes.Buffer
			var err error
			switch e {
			case "native":
				err = execute(&out, native, args...)
			case "V8":
				err = execute(&out, "node", append([]string{"--no-warnings", "host/bench/run.mjs", module}, args...)...)
			default:
				err = inWazero(&out, module, args)
			}
			if err != nil {
				return fmt.Errorf("%s in %s: %w", name, e, err)
			}
			read(out.String(), best[e])
		}
	}
	show(engines, best)
	return nil
}

// compile makes the tests of a package, natively and as a module.
func compile(name, native, module string) error {
	if name == "peers" {
		if err := execute(os.Stderr, "go", "test", "-C", "host/bench/peers", "-c", "-o", native); err != nil {
			return err
		}
		cmd := exec.Command("go", "test", "-C", "host/bench/peers", "-c", "-o", module)
		cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
		cmd.Stderr = os.Stderr
		return cmd.Run()
	}
	pkg := "./core/internal/" + name
	if err := execute(os.Stderr, "go", "test", "-c", "-o", native, pkg); err != nil {
		return err
	}
	return execute(os.Stderr, "go", "run", "./wasm/build", "-o", module, "-test", pkg)
}

func execute(out interface{ Write([]byte) (int, error) }, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	return cmd.Run()
}

// inWazero runs a WASI program with wazero's compiler.
func inWazero(out *bytes.Buffer, module string, args []string) error {
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	program, err := os.ReadFile(module)
	if err != nil {
		return err
	}
	config := wazero.NewModuleConfig().WithArgs(append([]string{module}, args...)...).
		WithStdout(out).WithStderr(os.Stderr).
		WithSysNanotime().WithSysWalltime()
	_, err = r.InstantiateWithConfig(ctx, program, config)
	if exit := new(sys.ExitError); errors.As(err, &exit) && exit.ExitCode() == 0 {
		return nil
	}
	return err
}

var line = regexp.MustCompile(`(?m)^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// read keeps the fastest of each benchmark.
func read(out string, best map[string]float64) {
	for _, m := range line.FindAllStringSubmatch(out, -1) {
		ns, _ := strconv.ParseFloat(m[2], 64)
		if have, ok := best[m[1]]; !ok || ns < have {
			best[m[1]] = ns
		}
	}
}

func show(engines []string, best map[string]map[string]float64) {
	fmt.Printf("%-48s %10s %10s %10s   %s\n", "", engines[0], engines[1], engines[2], "goal")
	for _, r := range rows {
		fmt.Printf("%-48s", r.words)
		for _, e := range engines {
			fmt.Printf(" %10.4g", best[e][r.name]/r.unit)
		}
		fmt.Printf("   %s\n", r.goal)
		if r.peer == "" || best[engines[0]][r.peer] == 0 {
			continue
		}
		fmt.Printf("%-48s", "  "+r.against+", times as long")
		for _, e := range engines {
			fmt.Printf(" %10.3g", best[e][r.peer]/best[e][r.name])
		}
		fmt.Println()
	}
}
