package main

// This file tests that no bit of a signed bundle can be changed.

import (
	"bytes"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/signature"
)

func TestSignedBundle(t *testing.T) {
	document := built(t, "testdata/door.yaml")
	private, public, err := signature.Generate("p")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signature.ParseSigner([]byte(private))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := signature.ParseKeys([]byte(public))
	if err != nil {
		t.Fatal(err)
	}
	build := func(src []byte) *author.Built {
		b, _ := author.Build("door.json", author.Options{Engine: host.Native(),
			ReadFile: func(string) ([]byte, error) { return src, nil }})
		return b
	}
	text := func(b *author.Built) string {
		text, err := signedText(b)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	note, err := signer.Sign(text(build(document)))
	if err != nil {
		t.Fatal(err)
	}
	other := 0 // bundles that are good ones, and not the one that was signed
	for i := range document {
		src := bytes.Clone(document)
		src[i] ^= 1 << (i % 8)
		b := build(src)
		if b.Document == nil {
			continue // no bundle at all
		}
		other++
		if _, err := keys.Verify(text(b), note); err == nil {
			t.Errorf("bit %d of byte %d may be turned: %s", i%8, i, src)
		}
	}
	if other < 10 {
		t.Errorf("only %d of %d changes left a bundle", other, len(document))
	}
	if _, err := keys.Verify(text(build(document)), note); err != nil {
		t.Error(err)
	}
}
