// Package diag holds what is wrong with a document: a stable code, the place,
// the message and the mend.
package diag

// This file defines Diagnostic.

// Diagnostic is one finding about a document.
type Diagnostic struct {
	Code    string // area/kebab-case, stable
	Path    string // JSON Pointer (RFC 6901) into the document; "" is the whole
	Key     bool   // the member's name is meant, not its value
	Off     int    // first byte within the string at Path
	End     int    // byte after the last; 0 when the whole value is meant
	Message string // what is wrong, one sentence
	Hint    string // what to do about it; may be empty
	Warning bool   // the document is valid all the same
	Related string // JSON Pointer to a second place the message speaks of; may be empty
}

// MaxDiagnostics is the most findings reported about one document; a hundred
// are more than anyone mends before checking again.
const MaxDiagnostics = 100

// List collects findings up to MaxDiagnostics.
type List struct {
	Items []Diagnostic
}

// Add appends d. Where the list is full, an error takes the place of the last
// warning, so that a document full of warnings is not taken for a good one.
func (l *List) Add(d Diagnostic) {
	if len(l.Items) < MaxDiagnostics {
		l.Items = append(l.Items, d)
		return
	}
	for i := len(l.Items) - 1; i >= 0 && !d.Warning; i-- {
		if l.Items[i].Warning {
			l.Items = append(append(l.Items[:i], l.Items[i+1:]...), d)
			return
		}
	}
}

// Full says whether no further error would be kept.
func (l *List) Full() bool {
	for i := range l.Items {
		if l.Items[i].Warning {
			return false
		}
	}
	return len(l.Items) >= MaxDiagnostics
}

// Failed says whether any finding is more than a warning.
func (l *List) Failed() bool {
	for i := range l.Items {
		if !l.Items[i].Warning {
			return true
		}
	}
	return false
}
