// Package signature says who published a bundle or a catalog, and who vouches for the
// head of a session: Ed25519 signatures in the note format of
// https://pkg.go.dev/golang.org/x/mod/sumdb/note, with that package's key strings.
//
//	signer, err := signature.ParseSigner(private)
//	note, err := signer.Sign(signature.BundleText(b.Name(), b.Version(), b.Digest()))
//
//	keys, err := signature.ParseKeys(public)
//	who, err := keys.Verify(signature.BundleText(b.Name(), b.Version(), b.Digest()), note)
//
// What is signed is a short text that names a digest, never the document itself. A
// note is that text, a blank line, and a line for every signature:
//
//	holdfast bundle
//	door@1.0.0
//	sha256:6c1f…
//
//	— example.org/release 8xk0uQ…
//
// There is one way to write a note, and any other is refused: what a note says cannot be
// changed, not even by a bit that means nothing, without Verify refusing it. Whatever
// was not signed by a trusted key is refused as well: no note, no key, and a key
// that are not known here are errors, never a pass.
package signature
