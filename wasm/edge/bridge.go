//go:build js && wasm

package main

// This file lies between syumai/workers and the server's handlers. Answers go out as one
// array of bytes where they can, since each piece of a stream costs several crossings between Go and
// JavaScript, and as a stream where they are long or last.

import (
	"bytes"
	"net/http"
	"strings"
	"syscall/js"

	"github.com/holdfast-rt/holdfast/host/signature"
)

// maxWhole is how many bytes of an answer of unknown length are collected.
const maxWhole = 256 << 10

// bridge passes requests on.
type bridge struct{ handler http.Handler }

// ServeHTTP answers one request.
func (b bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	for name, parts := range r.Header { // which were cut at every comma
		if name == signature.Header {
			for i := range parts { // lines, sent one by one
				parts[i] = strings.TrimSpace(parts[i])
			}
			continue
		}
		r.Header[name] = []string{strings.Join(parts, ",")}
	}
	a := &answer{ResponseWriter: w, head: r.Method == http.MethodHead}
	defer func() {
		if failed := recover(); failed != nil { // http.ErrAbortHandler: the reader must see that it is cut off
			if a.stream.IsUndefined() {
				a.whole.Reset()
				a.begin()
			}
			a.stream.Call("abort", "the answer was cut off")
			return
		}
		a.end()
	}()
	b.handler.ServeHTTP(a, r)
}

// bodied is what an answer of syumai/workers can do besides.
type bodied interface {
	WriteRawJSBody(js.Value)
	Ready()
}

// answer collects what a handler writes.
type answer struct {
	http.ResponseWriter
	head   bool
	whole  bytes.Buffer
	stream js.Value // the writer of a stream, once there is one
}

// Write takes a piece of the answer.
func (a *answer) Write(b []byte) (int, error) {
	if a.head {
		return len(b), nil
	}
	if a.stream.IsUndefined() {
		a.whole.Write(b)
		if a.whole.Len() > maxWhole && a.Header().Get("Content-Length") == "" {
			return len(b), a.begin()
		}
		return len(b), nil
	}
	return len(b), a.send(b)
}

// Flush sends what is there.
func (a *answer) Flush() {
	if a.stream.IsUndefined() && !a.head {
		_ = a.begin()
	}
}

// begin begins a stream with what was collected.
func (a *answer) begin() error {
	pipe := js.Global().Get("TransformStream").New()
	a.stream = pipe.Get("writable").Call("getWriter")
	to := a.ResponseWriter.(bodied)
	to.WriteRawJSBody(pipe.Get("readable"))
	to.Ready()
	return a.send(a.whole.Bytes())
}

// send waits until the reader takes a piece.
func (a *answer) send(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	done := make(chan error, 1)
	taken := js.FuncOf(func(js.Value, []js.Value) any { done <- nil; return nil })
	defer taken.Release()
	gone := js.FuncOf(func(_ js.Value, args []js.Value) any { done <- js.Error{Value: args[0]}; return nil })
	defer gone.Release()
	a.stream.Call("write", array(b)).Call("then", taken, gone)
	return <-done
}

// end sends the whole answer, or ends the stream.
func (a *answer) end() {
	if !a.stream.IsUndefined() {
		a.stream.Call("close").Call("catch", ignore)
		return
	}
	body := js.Null()
	if a.whole.Len() > 0 {
		body = array(a.whole.Bytes())
	}
	to := a.ResponseWriter.(bodied)
	to.WriteRawJSBody(body)
	to.Ready()
}

// ignore is for a reader that is gone.
var ignore = js.FuncOf(func(js.Value, []js.Value) any { return nil })

func array(b []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return a
}
