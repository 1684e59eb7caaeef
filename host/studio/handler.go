package studio

// This file defines Handler: which request gets what, and how errors are told.

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// Options sets up a Handler. Core and Ledger are needed.
type Options struct {
	// Core checks bundles and runs scenarios. The module is the safer one: what is
	// written in an editor may use up all the memory there is, on its way to being right.
	Core host.Core

	// Ledger has what is published, for parents that YAML extends and for Sources.
	Ledger *ledger.Ledger

	// Sources are the YAML files that bundles were made from, by digest. For other
	// bundles YAML is made of the document.
	Sources map[string][]byte

	// Authorize says who may ask for more than the page; nil lets everyone. What it
	// returns is told to the client as auth/required.
	Authorize func(*http.Request) error
}

// most is how many documents are tested at once. One may keep a core busy
// for seconds; an editor sends its text again as soon as one types on.
const most = 2

// New returns the handler of everything beneath /studio/.
func New(o Options) http.Handler {
	h := &handler{Options: o, page: open(page), turns: make(chan struct{}, most), schema: author.Schema()}
	return h
}

type handler struct {
	Options
	page   map[string]file
	turns  chan struct{}
	schema []byte
}

// ServeHTTP answers.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := h.answer(w, r); err != nil {
		var p *problem.Problem
		if !errors.As(err, &p) {
			p = problem.New(codes.StudioFailed, "%v", err)
		}
		if p.Code == codes.StudioBusy {
			p.RetryAfter = 1
		}
		p.Write(w)
	}
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	path := strings.TrimPrefix(r.URL.Path, "/studio/")
	digest, source := strings.CutPrefix(path, "source/")
	methods := []string{http.MethodGet, http.MethodHead}
	if path == "test" {
		methods = []string{http.MethodPost}
	}
	if err := allow(w, r, methods...); err != nil {
		return err
	}
	if path != "test" && path != "schema" && !source {
		return h.static(w, r, path)
	}
	if h.Authorize != nil {
		if err := h.Authorize(r); err != nil {
			return problem.New(codes.AuthRequired, "%v", err)
		}
	}
	switch {
	case path == "schema":
		w.Header().Set("Cache-Control", "no-cache")
		write(w, http.StatusOK, "application/schema+json", h.schema)
		return nil
	case source:
		yaml, err := h.source(r.Context(), digest)
		if err == nil {
			w.Header().Set("Cache-Control", "no-store")
			write(w, http.StatusOK, "application/yaml; charset=utf-8", yaml)
		}
		return err
	}
	src, err := body(w, r)
	if err != nil {
		return err
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-r.Context().Done():
		return problem.New(codes.StudioBusy, "other documents are being tested; send it again")
	}
	result, err := h.test(r.Context(), src)
	if err != nil {
		return err
	}
	tell(w, http.StatusOK, "application/json", result)
	return nil
}

// allow refuses other methods.
func allow(w http.ResponseWriter, r *http.Request, methods ...string) error {
	if slices.Contains(methods, r.Method) {
		return nil
	}
	p := problem.New(codes.HTTPMethod, "%s is not among what %s takes", r.Method, r.URL.Path)
	p.Allow = methods
	return p
}

// body reads YAML.
func body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/yaml" {
		return nil, problem.New(codes.HTTPContentType, "send the body as Content-Type: application/yaml")
	}
	src, err := io.ReadAll(http.MaxBytesReader(w, r.Body, yaml.MaxFile))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, problem.New(codes.HTTPTooLarge, "a bundle has at most %d bytes", yaml.MaxFile)
	}
	if err != nil {
		return nil, problem.New(codes.HTTPBody, "the body did not arrive whole")
	}
	return src, nil
}

// tell answers with a document of its own.
func tell(w http.ResponseWriter, status int, media string, v any) {
	body, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"code":"`+codes.StudioFailed+`","status":500}`)
	}
	w.Header().Set("Cache-Control", "no-store")
	write(w, status, media, body)
}

func write(w http.ResponseWriter, status int, media string, body []byte) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
