package host_test

// This file shows how a Go program uses the package.

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// checkout is what `holdfast build checkout.yaml` writes.
var checkout, _ = os.ReadFile("../testdata/golden/checkout/bundle.json")

// A gate in front of a handler: what the bundle refuses does not happen, and the
// answer says why. Who the actor is comes from the login, never from the request.
func gate(session host.Session, actor host.Actor, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		args := map[string]any{"item": r.FormValue("item"), "count": 2}
		decision, err := host.Decide(session, host.Proposal{Action: "add", Actor: actor, Args: args})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest) // nothing was recorded
		} else if !decision.Committed() {
			http.Error(w, decision.Say(), http.StatusForbidden)
		} else {
			next(w, r)
		}
	}
}

var shopper = host.Actor{Kind: "shopper", ID: "u1"}

// request calls the handler and prints what it answers.
func request(handler http.Handler, item string) {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("POST", "/cart?item="+item, nil))
	body, _ := io.ReadAll(w.Body)
	fmt.Println(w.Code, strings.TrimSpace(string(body)))
}

func added(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "added") }

// The module decides: the very bytes that browsers run, behind walls of its own.
func ExampleNew() {
	engine, err := host.New(context.Background(), host.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	bundle, _ := engine.Load(checkout)
	session, _ := bundle.Open("order-7")

	request(gate(session, shopper, added), "poster")
	request(gate(session, shopper, added), "poster")
	request(gate(session, shopper, added), "hat")
	// Output:
	// 200 added
	// 403 Only 1 of poster left; add that many or fewer.
	// 400 args.item: What: choose mug, T-shirt or poster.
}

// The same with the core compiled into the program.
func ExampleNative() {
	bundle, _ := host.Native().Load(checkout)
	session, _ := bundle.Open("order-7")

	request(gate(session, shopper, added), "poster")
	request(gate(session, shopper, added), "poster")
	// Output:
	// 200 added
	// 403 Only 1 of poster left; add that many or fewer.
}

// Package core alone: no dependency at all, for one goroutine at a time.
func Example_core() {
	bundle, _ := core.Load(checkout)
	session, _ := bundle.Open("order-7")

	decision, err := session.Decide([]byte(`{"action":"ship","actor":{"id":"c1","kind":"clerk"},"args":{},` +
		`"at":1767225600000,"reasons":["request"]}`))
	if err != nil {
		fmt.Println(err) // no proposal: nothing was recorded
		return
	}
	read, _ := host.Read(decision)
	fmt.Println(read.Verdict, read.Governing, read.Say())
	// Output:
	// reject moves:stage Stage cannot go from open to shipped; from open it goes to paid.
}
