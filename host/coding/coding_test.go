package coding

import (
	"net/http"
	"testing"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		header []string
		want   string
	}{
		{nil, Identity},
		{[]string{""}, Identity},
		{[]string{"gzip"}, Gzip},
		{[]string{"GZip"}, Gzip},
		{[]string{"x-gzip"}, Gzip},
		{[]string{"br, gzip"}, Gzip},
		{[]string{"br", "gzip"}, Gzip},
		{[]string{"gzip, deflate, br, zstd"}, Gzip},
		{[]string{"br"}, Identity},
		{[]string{"deflate;q=1, br;q=0.9"}, Identity},
		{[]string{"gzip;q=0"}, Identity},
		{[]string{"gzip;Q=0"}, Identity},
		{[]string{"gzip ; q = 0"}, Identity},
		{[]string{"gzip;q=0.0"}, Identity},
		{[]string{"gzip;q=0.000"}, Identity},
		{[]string{"x-gzip;q=0"}, Identity},
		{[]string{"gzip;q=0", "br"}, Identity},
		{[]string{"gzip", "gzip;q=0"}, Identity},
		{[]string{"gzip;q=0, *"}, Identity},
		{[]string{"br, gzip;q=0, identity"}, Identity},
		{[]string{"gzip;q=0.001"}, Gzip},
		{[]string{"gzip;q=1.000"}, Gzip},
		{[]string{"gzip;q=1"}, Gzip},
		{[]string{"gzip;x=y;q=0"}, Identity},
		{[]string{"*"}, Gzip},
		{[]string{"*;q=0.5"}, Gzip},
		{[]string{"*;q=0, identity"}, Identity},
		{[]string{"*;q=0, identity;q=0.1"}, Identity},
		{[]string{"*;q=0, gzip"}, Gzip},
		{[]string{"identity"}, Identity},
		{[]string{"identity, gzip"}, Gzip},
		{[]string{"identity;q=1, gzip;q=0.5"}, Identity},
		{[]string{"identity;q=0.5, gzip;q=1"}, Gzip},
		{[]string{"gzip;q=0.5, *;q=1"}, Identity},
		{[]string{"identity;q=0"}, ""}, // only what is named is taken
		{[]string{"identity;q=0, gzip"}, Gzip},
		{[]string{"identity;q=0, *"}, Gzip},
		{[]string{"identity;q=0, gzip;q=0"}, ""},
		{[]string{"*;q=0"}, ""},
		{[]string{"*;q=0, br"}, ""},
		{[]string{"gzip;q=0, *;q=0"}, ""},
		{[]string{"notgzip"}, Identity},
		{[]string{"gzipx, xgzip, gzip-x"}, Identity},
		{[]string{"br;x=gzip"}, Identity},
		// A weight that is none counts as 0.
		{[]string{"gzip;q=2"}, Identity},
		{[]string{"gzip;q=-1"}, Identity},
		{[]string{"gzip;q=NaN"}, Identity},
		{[]string{"gzip;q=0x1"}, Identity},
		{[]string{"gzip;q="}, Identity},
		{[]string{"gzip;q"}, Identity},
		{[]string{"gzip;q=0.0001"}, Identity},
		{[]string{"gzip;q=1.001"}, Identity},
		{[]string{"gzip;q=.5"}, Identity},
		{[]string{"gzip;q=0,5"}, Identity},
		{[]string{"gzip;q=0.5.5"}, Identity},
		{[]string{",,;,;q=1,"}, Identity},
	} {
		h := http.Header{}
		if c.header != nil {
			h["Accept-Encoding"] = c.header
		}
		if got := Choose(h, Gzip, Identity); got != c.want {
			t.Errorf("%q: %q, want %q", c.header, got, c.want)
		}
	}
}

func TestHas(t *testing.T) {
	for _, c := range []struct {
		header []string
		want   bool
	}{
		{nil, false},
		{[]string{`"a"`}, true},
		{[]string{`W/"a"`}, true},
		{[]string{`"b", "a"`}, true},
		{[]string{`"b","a"`}, true},
		{[]string{`"b"`, `W/"c" ,	W/"a"`}, true},
		{[]string{`*`}, true},
		{[]string{` * `}, false},
		{[]string{`"b", "c"`}, false},
		{[]string{`a`}, false},
		{[]string{`"a`}, false},
		{[]string{`"a-gzip"`}, false},
		{[]string{`"x,"`}, false},
		{[]string{`"b, ", "a"`}, true},
		{[]string{`"b,"a","c"`}, false},
		{[]string{`"A"`}, false},
		{[]string{`w/"a"`}, false},
		{[]string{`,, "a"`}, true},
		{[]string{`"*"`}, false},
		{[]string{``}, false},
	} {
		h := http.Header{}
		if c.header != nil {
			h["If-None-Match"] = c.header
		}
		if got := Has(h, Tag("a", Identity)); got != c.want {
			t.Errorf("%q: %v", c.header, got)
		}
	}
	if Tag("a", Gzip) != `"a-gzip"` {
		t.Error(Tag("a", Gzip))
	}
}
