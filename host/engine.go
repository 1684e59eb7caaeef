//go:build !js

package host

// This file defines Engine and its Options.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Options sets up an engine. The zero value is a good choice.
type Options struct {
	// Module is the module to run. Nil takes the one that comes with this package.
	Module []byte

	// Digest, when set, is the only module New accepts: "sha256:" and 64 hexadecimal digits.
	Digest string

	// CacheDir is where compiled modules are kept between runs; compiling takes a second
	// or two, reading the result some ten milliseconds. What lies there is machine code
	// that is run, so no one else may write to it. Empty takes "holdfast" in
	// the user's cache directory. Where the directory cannot be used, New
	// compiles without one, and Engine.CacheDir returns "".
	CacheDir string

	// Interpreter interprets the module instead of compiling it: the only way outside amd64
	// and arm64, starts in a tenth of the time and runs about forty times slower.
	Interpreter bool

	// Instances is how many calls can run at the same time; each instance takes 8 MB
	// and more. 0 takes runtime.GOMAXPROCS(0). They are made when first needed.
	Instances int

	// Sessions is how many sessions each instance keeps in its memory. Those used longest ago
	// give way and are rebuilt when next asked. 0 takes 1,024.
	Sessions int

	// Deadline is how long one call into the module may take. It is an outer net: the
	// core bounds its own work. 0 takes 10 seconds, and less than 0 sets none. It is looked at
	// whenever the module collects garbage, which is every few megabytes
	// that it allocates, unless Preempt is set.
	Deadline time.Duration

	// Preempt compiles a look at the deadline into every loop, so that a call ends on time
	// whatever it does. It makes every call about five times slower (BenchmarkDecide).
	Preempt bool

	// MemoryPages bounds an instance's memory, in pages of 64 KiB. 0 takes 4,096 (256 MiB).
	MemoryPages uint32
}

const (
	defaultSessions    = 1024
	defaultDeadline    = 10 * time.Second
	defaultMemoryPages = 4096

	// maxSources is how many bundles and catalogs each instance keeps compiled: all
	// ninety points of a catalog, and a few.
	maxSources = 128
)

// Engine runs the module. It is safe for concurrent use. Close it when done.
type Engine struct {
	options  Options
	digest   string
	cacheDir string
	cache    wazero.CompilationCache // nil for none
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	slots    []slot
	tried    atomic.Uint32 // counts calls without a session, so that they go round the slots
	placed   atomic.Uint32 // counts sessions, so that they go round the slots
	closed   atomic.Bool
}

var errDeadline = errors.New("deadline exceeded")

// New compiles the module, or finds it compiled in the cache, and starts a first
// instance. ctx bounds New only. The error is a *[Failure].
func New(ctx context.Context, options Options) (*Engine, error) {
	if options.Module == nil {
		options.Module = Module()
	}
	if options.Instances <= 0 {
		options.Instances = runtime.GOMAXPROCS(0)
	}
	if options.Sessions <= 0 {
		options.Sessions = defaultSessions
	}
	if options.Deadline == 0 {
		options.Deadline = defaultDeadline
	}
	if options.MemoryPages == 0 {
		options.MemoryPages = defaultMemoryPages
	}
	sum := sha256.Sum256(options.Module)
	e := &Engine{
		options: options,
		digest:  "sha256:" + hex.EncodeToString(sum[:]),
		slots:   make([]slot, options.Instances),
	}
	if options.Digest != "" && options.Digest != e.digest {
		return nil, failure(codes.LoadDigest, nil, "the module is %s, but only %s is accepted", e.digest, options.Digest)
	}
	if err := ctx.Err(); err != nil {
		return nil, failure(codes.LoadModule, err, "the module was not compiled: %v", err)
	}
	err := e.compile(ctx, e.openCache())
	if err != nil && e.cache != nil && ctx.Err() == nil { // a cache that cannot be written, or holds rubbish
		err = e.compile(ctx, nil)
	}
	if err != nil {
		return nil, failure(codes.LoadModule, err, "the module cannot be compiled: %v", err)
	}
	e.options.Module = nil // compiled; not needed any more
	if _, err := run(e, e.take(), func(*instance) (any, error) { return nil, nil }); err != nil {
		_ = e.Close()
		return nil, err
	}
	return e, nil
}

// openCache opens the compilation cache, or returns nil where there can be none.
func (e *Engine) openCache() wazero.CompilationCache {
	dir := e.options.CacheDir
	if e.options.Interpreter {
		return nil // nothing to keep
	}
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil
		}
		dir = filepath.Join(base, "holdfast")
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil
	}
	e.cacheDir = dir
	return cache
}

func (e *Engine) compile(ctx context.Context, cache wazero.CompilationCache) error {
	config := wazero.NewRuntimeConfigInterpreter()
	if !e.options.Interpreter {
		config = wazero.NewRuntimeConfig() // the compiler where there is one
	}
	config = config.WithMemoryLimitPages(e.options.MemoryPages).
		WithCloseOnContextDone(e.options.Preempt && e.options.Deadline > 0)
	if e.cache != nil {
		_ = e.cache.Close(ctx)
	}
	if e.cache = cache; cache != nil {
		config = config.WithCompilationCache(cache)
	} else {
		e.cacheDir = ""
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	_, err := wasi_snapshot_preview1.Instantiate(ctx, e.runtime)
	if err == nil {
		e.compiled, err = e.runtime.CompileModule(ctx, e.options.Module)
	}
	if err != nil {
		_ = e.runtime.Close(ctx)
	}
	return err
}

// ModuleDigest returns "sha256:" and the hexadecimal SHA-256 of the module.
func (e *Engine) ModuleDigest() string { return e.digest }

// CacheDir returns the directory compiled modules are kept in, or "" when this
// engine found none that it could use, or interprets.
func (e *Engine) CacheDir() string { return e.cacheDir }

// Close ends the engine once the calls under way are done. Whatever is asked of
// its sessions afterwards fails with codes.EngineClosed.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	for n := range e.slots {
		s := &e.slots[n]
		s.mu.Lock()
		s.discard()
		s.mu.Unlock()
	}
	err := e.runtime.Close(context.Background())
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(context.Background()))
	}
	return err
}

// isDeadline says whether wazero has ended a call because its context was done.
func isDeadline(err error) bool {
	var exit *sys.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == sys.ExitCodeDeadlineExceeded
}

func mebibytes(pages uint32) string { return strconv.Itoa(int(pages)/16) + " MiB" }
