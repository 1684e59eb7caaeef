//go:build js && wasm

// Command go is a worker written in Go with a gate before its handler.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"strconv"

	"github.com/syumai/workers"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/gate"
)

//go:embed checkout.json
var checkout []byte

func main() {
	engine, err := host.New(context.Background(), host.Options{}) // the module that worker.js has running
	if err != nil {
		panic(err)
	}
	bundle, err := engine.Load(checkout)
	if err != nil {
		panic(err)
	}
	check, err := gate.New(gate.Options{Bundle: bundle, Routes: gate.Routes{
		"POST /cart":     gate.Propose(propose),
		"GET /cart":      gate.Through,
		"GET /{rest...}": gate.Through, // what is not named here gets nowhere
	}})
	if err != nil {
		panic(err)
	}
	workers.Serve(check(http.HandlerFunc(add)))
}

func propose(r *http.Request) (*host.Proposal, error) {
	count, _ := strconv.Atoi(r.URL.Query().Get("count"))
	return &host.Proposal{
		Action: "add", Actor: host.Actor{Kind: "shopper", ID: "ann"}, // from the login, never from the body
		Args: map[string]any{"item": r.URL.Query().Get("item"), "count": count},
	}, nil
}

func add(w http.ResponseWriter, r *http.Request) {
	if d := gate.Decision(r.Context()); d != nil {
		fmt.Fprintf(w, "added, by decision %d\n", d.Seq)
		return
	}
	fmt.Fprintln(w, "nothing was proposed")
}
