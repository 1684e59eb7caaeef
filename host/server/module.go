package server

// This file defines module, the module as browsers are given it.

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// module is the module that browsers are given.
type module struct {
	digest string
	size   int
	bytes  []byte                 // nil where another program hands it out
	zipped func() ([]byte, error) // the same, gzip; made when first asked for, since that takes half a second
}

func newModule(src []byte) (module, error) {
	sum := sha256.Sum256(src)
	return module{
		digest: "sha256:" + hex.EncodeToString(sum[:]), bytes: src,
		zipped: sync.OnceValues(func() ([]byte, error) {
			var out bytes.Buffer
			w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
			if err != nil {
				return nil, err
			}
			if _, err := w.Write(src); err != nil {
				return nil, err
			}
			err = w.Close()
			return out.Bytes(), err
		}),
	}, nil
}
