package faults

// This file loses answers: a proxy cuts connections once the request has gone through.

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy passes bytes on, and cuts now and then.
type proxy struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	r      *rand.Rand
	whole  bool // cuts no more
	before int  // requests that were cut off on their way
	after  int  // answers that were cut off whole
	within int  // answers that were cut off within
}

func newProxy(t *testing.T, url string, r *rand.Rand) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: strings.TrimPrefix(url, "http://"), r: rand.New(rand.NewPCG(r.Uint64(), 1))}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c)
		}
	}()
	return p
}

func (p *proxy) url() string { return "http://" + p.listener.Addr().String() }

// cut says how many of n bytes still pass before the connection is cut; n for all.
func (p *proxy) cut(n int, answer bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.whole {
		return n
	}
	switch k := p.r.IntN(100); {
	case !answer && k < 4:
		p.before++
		return p.r.IntN(n)
	case answer && k < 20:
		p.after++
		return 0
	case answer && k < 30:
		p.within++
		return p.r.IntN(n)
	}
	return n
}

// pass joins a client to the server until one of them ends, or the proxy cuts.
func (p *proxy) pass(client net.Conn) {
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		client.Close()
		return
	}
	end := func() {
		if c, ok := client.(*net.TCPConn); ok {
			_ = c.SetLinger(0)
		}
		client.Close()
		server.Close()
	}
	copy := func(to io.Writer, from io.Reader, answer bool) {
		defer end()
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				passes := p.cut(n, answer)
				if _, e := to.Write(buffer[:passes]); e != nil || passes < n {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
	go copy(server, client, false)
	go copy(client, server, true)
}

// Clients whose answers get lost repeat their requests, and get the decision that was made.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	r := random(t)
	p := serve(t, filepath.Join(t.TempDir(), "holdfast.db"), files...)
	b := newBook()
	sessions := b.create(t, p.url, "s", 2)
	through := newProxy(t, p.url, r)
	stop := b.run(r, 8, sessions, one(through.url()))
	time.Sleep(time.Duration(min(kills(t, 20), 300)) * 100 * time.Millisecond)
	stop()
	through.mu.Lock()
	through.whole = true
	through.mu.Unlock()
	b.settle(t, through.url())
	b.check(t, p.url, sessions)
	b.reread(t, p.url, sessions, nil)
	b.tell(
		t,
		fmt.Sprintf("connections cut: %d before the request was through, %d before the answer, %d within the answer",
			through.before, through.after, through.within),
	)
	if b.counts["acknowledged when repeated, recorded before"] == 0 {
		t.Error("no answer was lost of a request that was recorded: the test shows nothing")
	}
}
