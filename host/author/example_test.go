package author_test

import (
	"fmt"
	"os"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/author"
)

// engine is the core, linked into this program; host.Native and host.Engine are
// others.
type engine struct{}

func (engine) Canonical(src []byte) ([]byte, error)        { return core.Canonical(src) }
func (engine) Digest(doc []byte) (string, error)           { return core.Digest(doc), nil }
func (engine) Public(doc []byte) ([]byte, error)           { return core.Public(doc) }
func (engine) Check(doc []byte) ([]core.Diagnostic, error) { return core.Check(doc), nil }
func (engine) Eval(request []byte) ([]byte, error)         { return core.Eval(request) }

// A bundle is read, checked and built; what is wrong with it is shown in the YAML.
func Example() {
	files := map[string]string{"door.yaml": `holdfast: 1
bundle: door
version: 1.0.0
agents: {user: {}}
state: {open: {type: bool}}
actions:
  enter: {}
constraints:
  - id: OPEN
    level: physical
    require: state.opne
`}
	built, findings := author.Build("door.yaml", author.Options{
		Engine:   engine{},
		ReadFile: func(path string) ([]byte, error) { return []byte(files[path]), nil },
	})
	_ = author.Report(os.Stdout, findings, author.Style{})
	fmt.Println(built.Name, built.Version, built.Document != nil)
	// Output:
	// door.yaml:11:20: error name/unknown-field: `state` has no `opne`.
	//    11 |     require: state.opne
	//       |                    ^^^^
	//       = did you mean `state.open`?
	//
	// 1 error, 0 warnings.
	// door 1.0.0 false
}

// Keys come in the order of the format's documentation, two blanks to a level.
func ExampleFormat() {
	out, _ := author.Format("door.yaml",
		[]byte("version: 1.0.0\nbundle: door\nholdfast: 1\nagents:\n    user: {}  # anyone\n"))
	fmt.Print(string(out))
	// Output:
	// holdfast: 1
	// bundle: door
	// version: 1.0.0
	// agents:
	//   user: {}  # anyone
}
