package main

// This file runs what README.md says: a block that begins with a file's name is that
// file, a console block is commands with what they print ("…" is anything), and
// the programs are run as they are.

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

type block struct{ lang, text string }

func readme(t *testing.T) []block {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var list []block
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(string(src), -1) {
		list = append(list, block{m[1], m[2]})
	}
	return list
}

// in runs a command in a folder and returns what it printed.
func in(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out.String(), errs.String())
	}
	return out.String()
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadme(t *testing.T) {
	repo, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in(t, repo, "go", "build", "-o", filepath.Join(dir, "bin", "holdfast"), "./host/cmd/holdfast")
	t.Setenv("PATH", filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))

	blocks := readme(t)
	named := regexp.MustCompile(`^(?:#|//) (\S+\.\w+)\n`)
	files := map[string]bool{}
	for _, b := range blocks {
		if m := named.FindStringSubmatch(b.text); m != nil {
			files[m[1]] = true
			writeFile(t, dir, m[1], b.text)
		}
	}
	for _, name := range []string{"order.yaml", "page.js", "worker.js", "gate.js", "server.go"} {
		if !files[name] {
			t.Fatalf("README.md has no %s", name)
		}
	}
	usual := freePort(t)
	t.Setenv("HOLDFAST_LISTEN", usual)
	ports := strings.NewReplacer("127.0.0.1:8080", usual, "127.0.0.1:8081", freePort(t))
	for _, b := range blocks {
		switch b.lang {
		case "console":
			console(t, dir, ports.Replace(b.text))
		case "sh":
			targets(t, repo, b.text)
		}
	}
	t.Run("go", func(t *testing.T) {
		in(t, repo, "go", "build", "-o", filepath.Join(dir, "server"), filepath.Join(dir, "server.go"))
		if got := in(t, dir, filepath.Join(dir, "server")); !strings.Contains(got,
			`"verdict":"commit"`) || !strings.HasSuffix(got, "<nil>\n") {
			t.Error(got)
		}
	})
	t.Run("js", func(t *testing.T) {
		if _, err := os.Stat(filepath.Join(repo, "web/dist/index.js")); err != nil {
			t.Skip("web/dist is not built; ./build.sh test builds it first")
		}
		scripts(t, repo, dir)
	})
}

// scripts runs page.js with a button that is not on a screen, and worker.js and gate.js
// with requests.
func scripts(t *testing.T, repo, dir string) {
	if err := os.MkdirAll(filepath.Join(dir, "node_modules/@holdfast"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(repo, "web"), filepath.Join(dir, "node_modules/@holdfast/web")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "package.json", `{"type":"module"}`)
	writeFile(t, dir, "run-page.js", `import { readFile } from "node:fs/promises";
const button = {};
globalThis.document = { querySelector: () => button };
const real = globalThis.fetch;
globalThis.fetch = async (path) => path === "/order.json" ? new Response(await readFile("order.json")) : real(path);
await import("./page.js");
console.log(JSON.stringify(button));
`)
	if got := in(t, dir, "node", "run-page.js"); got != `{"disabled":true,"title":"Orders start at 500, this is `+
		`100."}`+"\n" {
		t.Error(got)
	}
	bundled(t, dir, "worker.js")
	writeFile(t, dir, "run-worker.js", `import worker from "./worker.js";
for (const amount of [100, 700]) {
  const body = JSON.stringify({ action: "pay", actor: { kind: "shopper", id: "ann" }, args: { amount },
      at: 1767225600000, reasons: ["request"] });
  const answer = await worker.fetch(new Request("http://check/", { method: "POST", body }));
  console.log(answer.status, (await answer.json()).verdict);
}
`)
	if got := in(t, dir, "node", "run-worker.js"); got != "403 reject\n200 commit\n" {
		t.Error(got)
	}
	bundled(t, dir, "gate.js")
	writeFile(t, dir, "run-gate.js", `import worker from "./gate.js";
globalThis.fetch = async (request) => 
  new Response("the origin: " + request.headers.get("Holdfast-Verdict") + " " + (await request.text()));
const send = async (path, body, method = "POST") => {
  const answer = await worker.fetch(new Request("http://gate" + path, { method, body,
      headers: { "Content-Type": "application/json" } }));
  const text = await answer.text();
  console.log(answer.status, answer.ok ? text : JSON.parse(text).code ?? "");
};
for (const body of ['{"amount":100}', '{"amount": 700}', '{"amount":"all"}',
    '{"amount":700,"amount":1}']) await send("/pay", body);
for (const path of ["/PAY", "//pay", "/p%61y/", "/pay;a"]) await send(path, '{"amount":100}');
await send("/pay", '{"amount":700}', "PUT");
await send("/else", '{"amount":700}');
`)
	if got := in(t, dir, "node", "run-gate.js"); !regexp.MustCompile(`^403 gate/refused\n200 the origin: commit ` +
		`\{"amount":700\}\n422 proposal/argument\n400 json/duplicate-key\n403 gate/refused\n400 gate/path\n403 ` +
		`gate/refused\n400 gate/path\n405 gate/method\n405 gate/method\n$`).MatchString(got) {
		t.Error(got)
	}
}

// bundled does by hand what a bundler does with a worker's two imports.
func bundled(t *testing.T, dir, name string) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for _, by := range [][2]string{
		{`import module from "./holdfast.wasm";`, `import { readFile } from "node:fs/promises"; const module = await ` +
			`WebAssembly.compile(await readFile(new URL("./node_modules/@holdfast/web/dist/module/holdfast.wasm", ` +
			`import.meta.url)));`},
		{`import order from "./order.json";`, `const order = JSON.parse(await readFile("order.json", "utf8"));`},
	} {
		if !strings.Contains(text, by[0]) {
			t.Fatalf("%s has no %s", name, by[0])
		}
		text = strings.Replace(text, by[0], by[1], 1)
	}
	writeFile(t, dir, name, text)
}

// targets checks that build.sh has what a block calls; running it here would never end.
func targets(t *testing.T, repo, text string) {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(repo, "build.sh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		command, _, _ := strings.Cut(line, "#")
		target, ok := strings.CutPrefix(strings.TrimSpace(command), "./build.sh ")
		if !ok || !bytes.Contains(script, []byte("\n  "+target+")")) {
			t.Errorf("build.sh has no %q", command)
		}
	}
}

// freePort returns an address on loopback that no program listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// background starts a server that says in its log, which it names, that it listens, and
// ends it with the test.
func background(t *testing.T, dir, command string) {
	t.Helper()
	_, log, ok := strings.Cut(command, "2> ")
	if !ok {
		t.Fatalf("%s keeps no log", command)
	}
	cmd := exec.Command("bash", "-c", "exec "+command)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", command, err)
		}
	})
	for {
		said, _ := os.ReadFile(filepath.Join(dir, log))
		if strings.Contains(string(said), "listening") {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s: %v\n%s", command, err, said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// console runs each command of a block and compares what it prints.
func console(t *testing.T, dir, text string) {
	t.Helper()
	for _, part := range strings.Split("\n"+text, "\n$ ")[1:] {
		command, want, _ := strings.Cut(part, "\n")
		for strings.HasSuffix(command, "\\") { // it goes on in the next line
			var more string
			more, want, _ = strings.Cut(want, "\n")
			command = strings.TrimSuffix(command, "\\") + strings.TrimSpace(more)
		}
		if server, ok := strings.CutSuffix(command, " &"); ok {
			background(t, dir, server)
			continue
		}
		got := in(t, dir, "bash", "-c", command)
		var pattern strings.Builder
		for i, s := range strings.Split(strings.TrimSpace(want), "…") {
			if i > 0 {
				pattern.WriteString("(?s:.*)")
			}
			pattern.WriteString(regexp.QuoteMeta(s))
		}
		if !regexp.MustCompile("^" + pattern.String() + "$").MatchString(strings.TrimSpace(got)) {
			t.Errorf("$ %s\nwanted %s\ngot    %s", command, want, got)
		}
	}
}
