// Command durable measures decisions that are on disk before they are answered: over
// HTTP, against this machine's own rate of fsync on the same file system. It asserts nothing.
//
//	go run ./host/bench/durable                            # SQLite in a temporary folder
//	go run ./host/bench/durable -dir /var/lib              # on another file system
//	go run ./host/bench/durable -ledger postgres://…       # PostgreSQL, which has its own disk
//
// Clients, server and ledger share the machine's cores, so the numbers are lower bounds.
package main

// This file starts a server, loads it and prints a table.

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
)

func main() {
	dir := flag.String("dir", "", "folder for the SQLite file; empty takes a temporary one")
	address := flag.String("ledger", "", "a PostgreSQL address instead of a SQLite file")
	bundle := flag.String("bundle", "testdata/examples/checkout/checkout.yaml", "bundle to decide with")
	proposal := flag.String("proposal", `{"action":"add","actor":{"kind":"shopper"},"args":{"item":"mug","count":1}}`,
		"what is proposed")
	engine := flag.String("engine", "wasm", "wasm or native")
	span := flag.Duration("for", 3*time.Second, "how long each line is measured")
	open := flag.Int("open", 10_000, "sessions to open for the line on memory")
	flag.Parse()
	if err := run(*dir, *address, *bundle, *proposal, *engine, *span, *open); err != nil {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
}

// load is what the requests go to.
type load struct {
	url      string
	client   *http.Client
	proposal []byte
}

func run(dir, address, path, proposal, engine string, span time.Duration, open int) error {
	if dir == "" {
		temp, err := os.MkdirTemp("", "holdfast-durable-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	fsyncs, err := syncs(dir, span/2)
	if err != nil {
		return err
	}
	if address == "" {
		address = filepath.Join(dir, "durable.db")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	core := host.Native()
	if engine != "native" {
		module, err := host.New(ctx, host.Options{})
		if err != nil {
			return err
		}
		defer module.Close()
		core = module
	}
	l, err := ledger.Open(ctx, address, ledger.Options{})
	if err != nil {
		return err
	}
	defer l.Close()
	s, err := server.New(server.Options{Core: core, Ledger: l, Identity: identity.Trusting(), Rate: -1,
		SessionsPerActor: -1, OpenSessions: open + 2000})
	if err != nil {
		return err
	}
	built, findings := author.Build(path, author.Options{Engine: core})
	if built.Document == nil {
		return fmt.Errorf("%s has %d findings", path, len(findings))
	}
	if _, err := s.Sessions.Publish(ctx, ledger.KindBundle, built.Document, nil, "bench"); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, listener, nil) }()
	to := &load{
		url:      "http://" + listener.Addr().String(),
		client:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096}},
		proposal: []byte(proposal),
	}
	fmt.Printf("%s, engine %s, %d cores, bundle %s@%s\n", l.Kind(), engine, runtime.GOMAXPROCS(0), built.Name,
		built.Version)
	fmt.Printf("this file system: %.0f writes of 4 KiB and fsync a second\n\n", fsyncs)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "sessions\tclients\tdurable decisions/s\tagainst fsync/s\tp50 ms\tp90 ms\tp99 ms\tworst ms\t")
	prefix := fmt.Sprintf("b%d-", time.Now().UnixNano())
	for _, at := range []struct{ sessions, clients int }{{1, 1}, {1, 16}, {16, 16}, {64, 64}, {256, 256}, {1024, 256}} {
		names, err := to.create(prefix+fmt.Sprint(at.sessions, "x", at.clients, "-"), built.Name+"@"+built.Version,
			at.sessions)
		if err != nil {
			return err
		}
		took, err := to.propose(names, at.clients, span)
		if err != nil {
			return err
		}
		rate := float64(len(took)) / span.Seconds()
		fmt.Fprintf(out, "%d\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t\n", at.sessions, at.clients, rate, rate/fsyncs,
			percentile(took, 50), percentile(took, 90), percentile(took, 99), percentile(took, 100))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	before := memory()
	names, err := to.create(prefix+"open-", built.Name+"@"+built.Version, open)
	if err != nil {
		return err
	}
	if _, err := to.each(names, 64); err != nil {
		return err
	}
	to.client.CloseIdleConnections()
	grown := memory() - before
	fmt.Printf("\n%d more sessions open, one decision each: %.0f MiB more, %.1f KiB a session\n", open, grown/(1<<20),
		grown/float64(open)/1024)
	cancel()
	return <-served
}

// syncs measures how often a second a write reaches the disk.
func syncs(dir string, span time.Duration) (float64, error) {
	file, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	page := make([]byte, 4096)
	began := time.Now()
	n := 0
	for time.Since(began) < span {
		if _, err := file.Write(page); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// post sends a body and returns what it took.
func (to *load) post(path string, body []byte) (time.Duration, error) {
	began := time.Now()
	answer, err := to.client.Post(to.url+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	src, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %s: %s", path, answer.Status, src)
	}
	return time.Since(began), err
}

// create creates sessions and returns their ids.
func (to *load) create(prefix, bundle string, n int) ([]string, error) {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(prefix, i)
	}
	return names, parallel(32, n, func(i int) error {
		_, err := to.post("/v1/sessions", fmt.Appendf(nil, `{"session":%q,"bundle":%q}`, names[i], bundle))
		return err
	})
}

// each proposes once on each session.
func (to *load) each(names []string, clients int) ([]time.Duration, error) {
	took := make([]time.Duration, len(names))
	return took, parallel(clients, len(names), func(i int) (err error) {
		took[i], err = to.post("/v1/sessions/"+names[i]+"/decisions", to.proposal)
		return err
	})
}

// propose proposes for a while, each client on its share of the sessions in turn.
func (to *load) propose(names []string, clients int, span time.Duration) ([]time.Duration, error) {
	if _, err := to.each(names, clients); err != nil { // so that all are open
		return nil, err
	}
	all := make([][]time.Duration, clients)
	end := time.Now().Add(span)
	err := parallel(clients, clients, func(c int) error {
		for n := c; time.Now().Before(end); n += clients {
			took, err := to.post("/v1/sessions/"+names[n%len(names)]+"/decisions", to.proposal)
			if err != nil {
				return err
			}
			all[c] = append(all[c], took)
		}
		return nil
	})
	return slices.Concat(all...), err
}

// parallel does n things, so many at once, and returns the first error.
func parallel(at, n int, do func(int) error) error {
	var next atomic.Int64
	var once sync.Once
	var failed error
	var wait sync.WaitGroup
	for range at {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					once.Do(func() { failed = err })
					next.Store(int64(n))
					return
				}
			}
		})
	}
	wait.Wait()
	return failed
}

// percentile returns the p-th percentile in milliseconds.
func percentile(took []time.Duration, p int) float64 {
	if len(took) == 0 {
		return math.NaN()
	}
	slices.Sort(took)
	return float64(took[min(len(took)*p/100, len(took)-1)].Microseconds()) / 1000
}

// memory returns the bytes in use after a collection, the module's memories included.
func memory() float64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	status, err := os.ReadFile("/proc/self/statm") // wazero's memories are not on Go's heap
	var pages, resident float64
	if err == nil {
		if _, err := fmt.Sscan(string(status), &pages, &resident); err == nil {
			return resident * float64(os.Getpagesize())
		}
	}
	return float64(m.Sys - m.HeapReleased)
}
