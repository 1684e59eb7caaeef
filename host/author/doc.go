// Package author turns what people write, YAML, into what the core reads, JSON,
// and turns what the core finds wrong back into places in the YAML.
//
// [Read] takes one file and remembers where every key, value and character of
// text stands, so that a finding about an expression points into that expression.
// [Build] takes a bundle or a catalog and makes the document that is published:
// it finds parents and embeds them, and computes the points of a catalog. [Format]
// gives a file its usual layout, and [Schema] tells editors what may be written.
//
// Nothing is decided or hashed here. Whether a bundle is valid, what its canonical
// bytes are and which digest they have is asked of an [Engine], natively linked
// or the WebAssembly module.
package author
