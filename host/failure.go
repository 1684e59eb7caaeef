package host

// This file defines Failure, and reads the error documents of the module.

import (
	"fmt"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// Failure says why an engine could not answer. The call has decided nothing and
// recorded nothing, and may be made again.
type Failure struct {
	Code    string // load/… or engine/…
	Message string // for people: what happened and what to do
	Log     string // what the module printed when it died, for a bug report; often empty
	Cause   error  // the engine's own error; may be nil
}

// Error returns the code and the message.
func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Unwrap returns the failure as a *core.Error, for those who only show code and
// message, and the cause.
func (f *Failure) Unwrap() []error {
	errs := []error{&core.Error{Code: f.Code, Message: f.Message}}
	if f.Cause != nil {
		errs = append(errs, f.Cause)
	}
	return errs
}

// Is says whether target is a *Failure with the same code, so that errors.Is finds a code:
//
//	errors.Is(err, &host.Failure{Code: codes.EngineDeadline})
func (f *Failure) Is(target error) bool {
	t, ok := target.(*Failure)
	return ok && t.Code == f.Code && (t.Message == "" || t.Message == f.Message)
}

func failure(code string, cause error, format string, args ...any) *Failure {
	return &Failure{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// diagnostics returns findings as the core has them, nil for none: the other direction of Findings.
func diagnostics(list []Finding) (out []core.Diagnostic) {
	for _, d := range list {
		out = append(out, core.Diagnostic{
			Code: d.Code, Path: d.Path, Key: d.Key, Off: d.Offset, End: d.End,
			Message: d.Message, Hint: d.Hint, Warning: d.Warning, Related: d.Related,
		})
	}
	return out
}

// readError returns the error an error document tells of.
func readError(doc []byte) error {
	var e struct {
		Error *struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Offset  int    `json:"offset"`
			Path    string `json:"path"`
		} `json:"error"`
		Errors []Finding `json:"errors"`
	}
	if err := json.Unmarshal(doc, &e); err != nil {
		return failure(codes.EngineTrap, err, "the module's error document cannot be read")
	}
	if e.Error == nil {
		return &core.Invalid{Diagnostics: diagnostics(e.Errors)}
	}
	return &core.Error{Code: e.Error.Code, Message: e.Error.Message, Offset: e.Error.Offset, Path: e.Error.Path}
}

func tooLarge(size int) error {
	return &core.Error{
		Code:    codes.ABIInput,
		Message: fmt.Sprintf("the input has %d bytes, a call takes at most %d", size, abi.MaxInput),
	}
}
