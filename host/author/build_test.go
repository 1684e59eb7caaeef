package author

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

// native is the core as an Engine.
type native struct{}

func (native) Canonical(src []byte) ([]byte, error)   { return core.Canonical(src) }
func (native) Digest(doc []byte) (string, error)      { return core.Digest(doc), nil }
func (native) Public(doc []byte) ([]byte, error)      { return core.Public(doc) }
func (native) Check(doc []byte) ([]Diagnostic, error) { return core.Check(doc), nil }
func (native) Eval(request []byte) ([]byte, error)    { return core.Eval(request) }

func TestTmp(t *testing.T) {
	for f := range documents(t) {
		b, findings := Build(f, Options{Engine: native{}})
		if len(findings) > 0 {
			Report(os.Stdout, findings, Style{})
		}
		t.Log(filepath.Base(f), b.Name, b.Version, len(b.Document), b.Digest, b.Files)
		if b.Catalog {
			for _, d := range core.CheckCatalog(b.Document) {
				t.Errorf("%+v", d)
			}
		}
	}
}
