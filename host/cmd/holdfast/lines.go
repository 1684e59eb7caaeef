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
}

// next returns a line without its "\n", its first max bytes, and the bytes it really
// has: 0 for a blank one, of nothing but space, tab and "\r". io.EOF ends the
// input. The line is valid until the next call.
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
		if blank {
			size = 0
		}
		return l.line, size, nil
	}
}
