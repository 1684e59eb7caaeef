package parity

// This file starts the engines that are compared.

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
)

var modulePath = flag.String("parity.module", "",
	"compare the module in this `file` instead of the one that comes with package host")

// module returns the bytes of the module that is compared.
var module = sync.OnceValues(func() ([]byte, error) {
	if *modulePath != "" {
		return os.ReadFile(*modulePath)
	}
	return host.Module(), nil
})

// engine starts the module in wazero.
func engine(t testing.TB, interpreter bool) *host.Engine {
	t.Helper()
	m, err := module()
	if err != nil {
		t.Fatal(err)
	}
	// No deadline: a busy machine is over it, and what is asked of the engine ends.
	options := host.Options{Module: m, Interpreter: interpreter, Instances: 1, Deadline: -1}
	e, err := host.New(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}
