// Package studio serves the studio, a page that shows what a bundle allows and
// why, and what that page needs Go for: building YAML, running its scenarios,
// the schema that completes it, and the YAML of what is published.
//
// The page itself decides with the module, as every browser does, and keeps its
// sessions on the server by way of package server; nothing here decides anything.
// It is built in web/studio and embedded as page.zip, which the command pack makes
// and compares.
//
//	GET  /studio/                  the page
//	POST /studio/test              YAML in; document, digest, findings and how its scenarios ended out
//	GET  /studio/schema            the JSON Schema of bundles
//	GET  /studio/source/{digest}   a published bundle as YAML
package studio
