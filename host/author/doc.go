// Package author makes bundles from what people write, YAML, and turns what the core finds wrong back into places in
// the YAML.
//
// [Build] takes a bundle or a catalog and makes the document that is published: it finds parents and embeds them, and
// computes the points of a catalog. [Locate] finds the place of what the core says, and how to correct it. [Report]
// shows findings to a person. [Format] gives a file its usual layout, and [Schema] tells editors what may be written.
// Package yaml reads the files.
//
// Nothing is decided or hashed here. Whether a bundle is valid, what its canonical bytes are and which digest they
// have is asked of an [Engine], natively linked or the WebAssembly module.
package author
