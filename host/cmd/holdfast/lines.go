package main

// This file reads lines of any length in bounded memory.

import (
	"bufio"
	"bytes"
	"io"
)

// lineReader reads lines, and keeps at most max bytes of each.
type lineReader struct {
	r       *bufio.Reader
	max     int
	waiting func() error // called before it waits for input; nil for nothing
	line    []byte
	begun   bool
}

// byteOrderMark is what some editors begin a file of UTF-8 with.
var byteOrderMark = []byte("\ufeff")

// next returns a line without its end, "\n" or "\r\n", its first max bytes, and the bytes it
// really has: 0 for a blank one, of nothing but space, tab and "\r". A byte order mark before the
// first is passed over. io.EOF ends the input. The line is valid until the next call.
func (l *lineReader) next() (line []byte, size int, err error) {
	l.line = l.line[:0]
	blank := true
	for {
		if l.r.Buffered() == 0 && l.waiting != nil {
			if err := l.waiting(); err != nil {
				return nil, 0, err
			}
		}
		part, err := l.r.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		size += len(part)
		blank = blank && len(bytes.Trim(part, " \t\r")) == 0
		l.line = append(l.line, part[:min(len(part), l.max-len(l.line))]...)
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && (err != io.EOF || size == 0):
			return nil, 0, err
		}
		if whole := size == len(l.line); whole && bytes.HasSuffix(l.line, []byte("\r")) {
			l.line, size = l.line[:size-1], size-1
		}
		if !l.begun && bytes.HasPrefix(l.line, byteOrderMark) {
			l.line, size = l.line[len(byteOrderMark):], size-len(byteOrderMark)
			blank = len(bytes.Trim(l.line, " \t\r")) == 0
		}
		if l.begun = true; blank {
			size = 0
		}
		return l.line, size, nil
	}
}
