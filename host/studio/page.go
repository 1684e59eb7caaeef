package studio

// This file hands out the page: files that were compressed when it was packed, under
// a policy that lets them do no more than they need.

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/coding"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// page is made by `go run ./host/studio/pack`.
//
//go:embed page.zip
var page []byte

// policy is the page's content security policy: its own scripts and styles, the module,
// this server, and nothing else. CodeMirror's style sheets are constructed, not inline.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var media = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// file is a file of the page.
type file struct {
	gzip []byte
	tag  string // of its contents, without quotes
	size int    // decompressed
}

// open reads the archive. Its entries are kept as they were compressed: the same bytes
// with another frame are what Content-Encoding: gzip means.
func open(archive []byte) map[string]file {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic(err) // page.zip is part of the program
	}
	files := map[string]file{}
	for _, f := range z.File {
		raw, err := f.OpenRaw()
		if err != nil {
			panic(err)
		}
		// RFC 1952: magic, deflate, no flags, no time, best compression, unknown system.
		out := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255}
		deflated, err := io.ReadAll(raw)
		if err != nil {
			panic(err)
		}
		out = append(out, deflated...)
		out = binary.LittleEndian.AppendUint32(out, f.CRC32)
		out = binary.LittleEndian.AppendUint32(out, uint32(f.UncompressedSize64))
		files[f.Name] = file{gzip: out, tag: fmt.Sprintf("%08x-%d", f.CRC32, f.UncompressedSize64),
			size: int(f.UncompressedSize64)}
	}
	return files
}

// static answers with a file of the page.
func (h *handler) static(w http.ResponseWriter, r *http.Request, name string) error {
	if name == "" {
		name = "index.html"
	}
	f, ok := h.page[name]
	if !ok {
		return problem.New(codes.HTTPPath, "the studio has no %q", name)
	}
	head := w.Header()
	head.Set("Vary", "Accept-Encoding")
	as := coding.Choose(r.Header, coding.Gzip, coding.Identity)
	if as == "" {
		return problem.New(codes.HTTPEncoding, "Accept-Encoding excludes both gzip and identity, and there is nothing else")
	}
	head.Set("ETag", coding.Tag(f.tag, as))
	head.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") { // named by their contents
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	head.Set("Content-Security-Policy", policy)
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Referrer-Policy", "no-referrer")
	if coding.Has(r.Header, coding.Tag(f.tag, as)) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	head.Set("Content-Type", media[path.Ext(name)])
	if as == coding.Identity {
		return plain(w, r, f)
	}
	head.Set("Content-Encoding", as)
	head.Set("Content-Length", strconv.Itoa(len(f.gzip)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.gzip)
	}
	return nil
}

// plain answers clients that do not take gzip, which browsers all do.
func plain(w http.ResponseWriter, r *http.Request, f file) error {
	w.Header().Set("Content-Length", strconv.Itoa(f.size))
	if r.Method == http.MethodHead {
		return nil
	}
	z, err := gzip.NewReader(bytes.NewReader(f.gzip))
	if err != nil {
		return err
	}
	_, _ = io.Copy(w, z)
	return nil
}
