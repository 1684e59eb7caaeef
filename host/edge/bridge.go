//go:build js && wasm

package main

// This file lies between syumai/workers and the server's handlers. Answers go out as one
// array of bytes where they can, since each piece of a stream costs several crossings between Go and
// JavaScript, and as a stream where they are long or last.

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"syscall/js"
	"time"

	"github.com/holdfast-rt/holdfast/host/signature"
)

// maxWhole is how many bytes of an answer of unknown length are collected.
const maxWhole = 256 << 10

// bridge passes requests on.
type bridge struct{ handler http.Handler }

// ServeHTTP answers one request.
func (b bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = read(r)
	if r.Host == "" { // asked by another worker, or by a test: there is no such header, only an address
		r.Host = r.URL.Host
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
	defer func() { go settle() }()
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

// settle has Go's runtime let go of JavaScript's timer. It sets one for the next of the program's own timers, and
// leaves it there when that is stopped: after each decision, one that waits for the 15 seconds that the store may
// take. While it is set, the platform does not let the object hibernate, and charges for it. A short timer takes its
// place, and ends.
func settle() { time.Sleep(2 * time.Millisecond) }

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
	_, err := await(a.stream.Call("write", array(b)))
	return err
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

// body reads a request's body. The one of syumai/workers keeps something for each piece it reads, which a
// program that lives for one request never notices.
type body struct {
	reader js.Value
	piece  []byte
	rest   int64 // bytes still to come; less than 0 where the request does not say how many
}

// read returns a request's body.
func read(r *http.Request) io.ReadCloser {
	raw, ok := r.Body.(interface{ GetRawJSBody() js.Value })
	if !ok {
		return http.NoBody
	}
	return &body{reader: raw.GetRawJSBody().Call("getReader"), rest: r.ContentLength}
}

// Read waits for a piece of the body where none is left of the last one.
func (b *body) Read(p []byte) (int, error) {
	for len(b.piece) == 0 {
		if b.rest == 0 {
			return 0, io.EOF
		}
		got, err := await(b.reader.Call("read"))
		if err != nil {
			return 0, err
		}
		if got.Get("done").Bool() {
			if b.rest > 0 {
				return 0, io.ErrUnexpectedEOF
			}
			return 0, io.EOF
		}
		value := got.Get("value")
		b.piece = make([]byte, value.Length())
		js.CopyBytesToGo(b.piece, value)
		if b.rest > 0 {
			b.rest = max(b.rest-int64(len(b.piece)), 0)
		}
	}
	n := copy(p, b.piece)
	b.piece = b.piece[n:]
	return n, nil
}

// Close gives up what was not read.
func (b *body) Close() error {
	b.reader.Call("cancel").Call("catch", ignore)
	return nil
}

// await waits for a promise.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	kept := js.FuncOf(func(_ js.Value, args []js.Value) any { done <- outcome{value: args[0]}; return nil })
	defer kept.Release()
	broken := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- outcome{err: js.Error{Value: args[0]}}
		return nil
	})
	defer broken.Release()
	promise.Call("then", kept, broken)
	o := <-done
	return o.value, o.err
}

// ignore is for a reader that is gone.
var ignore = js.FuncOf(func(js.Value, []js.Value) any { return nil })

func array(b []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return a
}
