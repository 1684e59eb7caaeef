package main

// This file defines `holdfast sign`.

import (
	"fmt"
	"os"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/signature"
)

type signCommand struct {
	Path   string `arg:"" placeholder:"BUNDLE" help:"A bundle or a catalog, YAML or built."`
	Key    string `required:"" placeholder:"NAME.key" help:"The private key, as keygen writes it."`
	Output string `short:"o" placeholder:"FILE" help:"${signature}"`
	Force  bool   `help:"Write over a file that is there."`
}

func (*signCommand) Help() string {
	return `Signs a bundle, or a catalog and with it every point, and writes the signature beside it: a note that names
the digest. It is the same for the YAML and for what is built of it, and it never changes the bundle.

Examples:

    holdfast sign spektre.yaml --key release.key
    holdfast sign catalog.json --key release.key -o catalog.sig`
}

func (c *signCommand) Run(a *app) error {
	path, point := cutPoint(c.Path)
	if point != "" {
		return unreadable("a point of a catalog is not signed alone: sign %s, and all its points are", path)
	}
	if path == "-" && c.Output == "" {
		return unreadable("a signature lies beside its bundle, and standard input has no place: say --output")
	}
	src, err := os.ReadFile(c.Key)
	if err != nil {
		return unreadableFile(err)
	}
	signer, err := signature.ParseSigner(src)
	if err != nil {
		return unreadable("%s: %s", c.Key, describe(err))
	}
	built, err := a.readDocument(path)
	if err != nil {
		return err
	}
	text, err := signedText(built)
	if err != nil {
		return err
	}
	note, err := signer.Sign(text)
	if err != nil {
		return unreadable("%s: %s", path, describe(err))
	}
	output := c.Output
	switch output {
	case "-":
		_, err = a.stdout.Write(note)
	case "":
		output = path + ".sig"
		fallthrough
	default:
		err = writeNew(output, string(note), 0o644, c.Force)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s@%s %s signed by %s\n", built.Name, built.Version, built.Digest, signer.Name())
	return nil
}

// signedText is what is signed for a document.
func signedText(built *author.Built) (string, error) {
	if !built.Catalog {
		return signature.BundleText(built.Name, built.Version, built.Digest), nil
	}
	catalog, err := core.LoadCatalog(built.Document)
	if err != nil {
		return "", err
	}
	var info struct{ Digests []string }
	if err := json.Unmarshal(catalog.Info(), &info); err != nil {
		return "", err
	}
	return signature.CatalogText(built.Name, built.Version, built.Digest, info.Digests), nil
}
