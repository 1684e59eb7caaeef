// Package codes is the registry of error codes: each is declared here, once, with when it happens and what to do.
//
// A code is `area/kebab-case`. Messages may change; a code that was released does not, and means one thing. Go takes
// it as a constant of this package, named for the code ([HTTPTooLarge] is "http/too-large"), TypeScript as a member
// of the union Code in web/src/contract/codes.ts. The page core/CODES.md lists them all.
//
// A declaration is a constant and its comment:
//
//	// HTTPTooLarge: the body is over the limit of the operation.
//	// Do: send less; `detail` names the limit.
//	// Status: 413 The body is too large
//	// SDK: edgeCodes.tooLarge
//	HTTPTooLarge = "http/too-large"
//
// Status is the HTTP status and the title of the problem document (RFC 9457), for codes that a client is answered
// with. A block of constants is an area; its comment says what the area is about, and may have a Status for all of
// its codes that have none. SDK is the object of the SDK's public API that has the code, and its name there.
//
// The package imports nothing. [All], which only hosts read, is not linked into the module.
package codes

//go:generate go run ../../host/contract

// This file defines Entry, and finds one.

// Entry is what is declared of one code.
type Entry struct {
	Code   string // area/kebab-case
	When   string // when it happens: a sentence
	Do     string // what to do: a sentence
	Status int    // the HTTP status a client is answered with, 0 where no client is answered with this code
	Title  string // the title of the problem document, "" where there is no status
}

// Find returns what is declared of a code, and whether it is declared.
func Find(code string) (Entry, bool) {
	low, high := 0, len(All) // All is sorted
	for low < high {
		if middle := (low + high) / 2; All[middle].Code < code {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == len(All) || All[low].Code != code {
		return Entry{}, false
	}
	return All[low], true
}
