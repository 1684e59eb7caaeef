// Command build makes holdfast.wasm, the same bytes wherever it is built, and
// says how large it is.
//
//	go run ./wasm/build                 # dist/holdfast.wasm, with its size
//	go run ./wasm/build -embed          # and host/holdfast.wasm.gz, which package host embeds
//	go run ./wasm/build -o m.wasm -size=false
//	go run ./wasm/build -o t.wasm -test ./core/internal/code   # its tests and benchmarks, compiled as the module is
//
// It fails when the module is over its size budget.
package main

// This file builds the module and measures it.

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// budget is the most bytes the module may have after brotli at its highest
// quality, as a content delivery network stores it: what a page waits for. The
// goal is 650 KB; core/RATIONALE.md says what is above it.
const budget = 850_000

// inlined are the packages whose small functions are inlined: those on the way
// of every decision, and the runtime. Everywhere else a call is smaller than
// what it calls, and 60 KB of brotli are worth more than the time.
var inlined = []string{
	"runtime/...", "internal/runtime/...", "./core/internal/canon", "./core/internal/value", "./core/internal/vm",
}

// surroundings are the environment variables that could change what go build
// gives, and what they are set to; empty removes one.
var surroundings = map[string]string{
	"GOOS": "wasip1", "GOARCH": "wasm", "GOWORK": "off", "CGO_ENABLED": "0",
	"GOFLAGS": "", "GOEXPERIMENT": "", "GOWASM": "", "GODEBUG": "", "GOFIPS140": "",
}

func main() {
	out := flag.String("o", "dist/holdfast.wasm", "write the module to this `file`")
	embed := flag.Bool("embed", false, "write host/holdfast.wasm.gz too")
	size := flag.Bool("size", true, "print sizes, and fail when over the budget")
	small := flag.Bool("strip", true, "take out what only tracebacks read")
	tests := flag.String("test", "", "compile the tests of this `package` instead, the same way")
	flag.Parse()
	if *tests != "" {
		if err := compileTests(*out, *tests); err != nil {
			fmt.Fprintln(os.Stderr, "wasm/build:", err)
			os.Exit(1)
		}
		return
	}
	if err := build(*out, *embed, *size, *small); err != nil {
		fmt.Fprintln(os.Stderr, "wasm/build:", err)
		os.Exit(1)
	}
}

func build(out string, embed, size, stripped bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := compile(root, out); err != nil {
		return err
	}
	module, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	if stripped {
		if module, err = strip(module); err != nil {
			return fmt.Errorf("stripping: %w", err)
		}
		if err := os.WriteFile(out, module, 0o644); err != nil {
			return err
		}
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = w.Write(module) // to memory
	_ = w.Close()
	if embed {
		if err := os.WriteFile(filepath.Join(root, "host", "holdfast.wasm.gz"), packed.Bytes(), 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("sha256:%x\n", sha256.Sum256(module))
	if !size {
		return nil
	}
	fmt.Printf("raw    %9d bytes\ngzip   %9d\n", len(module), packed.Len())
	small, err := brotli(out)
	if err != nil {
		return err
	}
	fmt.Printf("brotli %9d of %d\n", small, budget)
	if small > budget {
		return fmt.Errorf("the module is %d bytes over its budget: `go list -deps ./wasm` and `go tool nm -size` show "+
			"what is in it", small-budget)
	}
	return nil
}

// moduleRoot is the folder of go.mod.
func moduleRoot() (string, error) {
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	return filepath.Dir(strings.TrimSpace(string(mod))), err
}

// compile makes the module.
func compile(root, out string) error {
	return run(root, "build", "-buildmode=c-shared", "-ldflags=-s -w -buildid=", "-o", out, "./wasm")
}

// compileTests makes a program for WASI of a package's tests.
func compileTests(out, pkg string) error {
	root, err := moduleRoot()
	if err == nil {
		out, err = filepath.Abs(out)
	}
	if err != nil {
		return err
	}
	return run(root, "test", "-c", "-ldflags=-s -w", "-o", out, pkg)
}

// run runs the pinned toolchain, away from what the environment could change.
func run(root, verb string, arguments ...string) error {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	pinned := regexp.MustCompile(`(?m)^toolchain (go\S+)$`).FindSubmatch(text)
	if pinned == nil {
		return errors.New("go.mod names no toolchain: other versions of Go would give other bytes")
	}
	args := []string{verb, "-trimpath", "-buildvcs=false", "-gcflags=all=-l"}
	for _, p := range inlined {
		args = append(args, "-gcflags="+p+"=")
	}
	cmd := exec.Command("go", append(args, arguments...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, os.Stderr, os.Stderr
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); name != "GOTOOLCHAIN" {
			if _, set := surroundings[name]; !set {
				cmd.Env = append(cmd.Env, v)
			}
		}
	}
	for name, value := range surroundings {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+string(pinned[1]))
	return cmd.Run()
}

// brotli returns the size of a file after brotli at quality 11. It asks Node, which
// building the project needs anyway, for Google's own encoder.
func brotli(file string) (int, error) {
	const script = `const z = require("zlib"), b = require("fs").readFileSync(process.argv[1]), c = z.constants;
const params = { [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_LGWIN]: 24, [c.BROTLI_PARAM_SIZE_HINT]: b.length };
process.stdout.write(String(z.brotliCompressSync(b, { params }).length));`
	n, err := exec.Command("node", "-e", script, file).Output()
	if err != nil {
		return 0, fmt.Errorf("measuring with brotli needs node: %w", err)
	}
	return strconv.Atoi(string(n))
}
