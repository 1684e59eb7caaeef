package main

// This file has the help of flags and arguments that is too long to be beside them.

import "github.com/alecthomas/kong"

// texts are put in where a field's help names them: help:"${engine}".
var texts = kong.Vars{
	"engine": "What decides: the module that browsers and workers run too (wasm, the default), or the Go code it is " +
		"made of (native). Both give the same bytes.",
	"snapshot": "Ask about this snapshot, such as play --save writes. Left out, about a new session.",
	"at":       "When: milliseconds since 1970, or 2026-01-31T12:00:00Z. Left out, a second after the last decision.",
	"why": "What would be proposed: ACTION NAME=VALUE …, or a whole proposal as JSON, or - to read that from " +
		"standard input.",
	"path": "What shall become possible: ACTION NAME=VALUE …, or a whole proposal as JSON, or - to read that from " +
		"standard input.",
	"accept": "Take parents that are others than holdfast.lock says, and record them there.",
	"public": "Write what may be given to a browser: internal metadata is replaced by salted hashes, the digest stays " +
		"the same.",
	"canon_engine": "What writes them: the Go code (native, the default here, since nothing is decided) or the " +
		"module (wasm). Both give the same bytes.",
	"fmt_paths":    "Bundles, catalogs, and folders of them. Left out or -, standard input.",
	"graph_names":  "The state variables to draw. Left out, all that declare moves.",
	"graph_format": "Mermaid (the default) or DOT, Graphviz's language.",
	"key_name": "The key's name, which every signature shows: letters, digits and . _ / -, such as " +
		"example.org/release.",
	"key_output": "Where to write the private key; the public key is beside it. Left out, the last part of NAME and " +
		".key.",
	"bundle": "A bundle, YAML or built, or a point of a catalog: catalog.yaml#class=1,chapter=moon.",
	"log":    "Decisions, one a line, as play prints them and a server exports them; - for standard input.",
	"serve_bundles": "Bundles and catalogs to publish at the start, YAML or built; with --trust, each with its " +
		"signature beside it.",
	"listen":       "Where to listen; without --keys it must be loopback",
	"serve_ledger": "Where decisions are kept: a SQLite file, postgres://…, or :memory: for a trial",
	"serve_studio": "Serve the studio at /studio/, a page to look into bundles and sessions. On without --keys, off " +
		"with them.",
	"serve_log":     "Lines for people (text, the default) or for machines (json).",
	"session":       "The session's id, which the first decision's prev comes from",
	"cursor":        "The cursor: class=1 chapter=moon, or class=1,chapter=moon, or a JSON object.",
	"signature":     "Where to write the signature, - for standard output. Left out, the file's name and .sig.",
	"studio_listen": "Where to listen, on loopback; port 0 is a free one",
	"points":        "At which points a catalog's scenarios run: those they fit (the default), all, or the first N.",
	"token_key": "The private key, PEM: of keygen --tokens, or any PKCS #8 of Ed25519, EC P-256 or RSA (2048 bits or " +
		"more).",
	"token_kind": "The kinds of actor that the bearer may be; several with commas.",
	"type_name":  "What the type is called. Left out, the bundle's name: ModeConstraintLayer for mode-constraint-layer.",
	"verify_log": "Decisions, one a line, as a server exports them; - for standard input.",
	"head":       "The signed head of the session, as a server gives it: the log must end there.",
}
