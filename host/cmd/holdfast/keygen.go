package main

// This file defines `holdfast keygen`, and how files that must not be lost are written.

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/holdfast-rt/holdfast/host/signature"
)

type keygenCommand struct {
	Name   string `arg:"" placeholder:"NAME" help:"${key_name}"`
	Output string `short:"o" placeholder:"FILE" help:"${key_output}"`
	Tokens bool   `help:"Make a key that signs tokens instead: NAME.pem and, for the server, NAME.pub.pem (Ed25519)."`
	Force  bool   `help:"Write over files that are there."`
}

func (*keygenCommand) Help() string {
	return `Makes a pair of keys. NAME.key is private and signs bundles and catalogs; NAME.pub is given to whoever
verifies them. Both hold one line, in the format of Go's note package (Ed25519).

With --tokens the keys are those of an issuer of tokens: NAME.pem signs tokens, as holdfast token does, and
NAME.pub.pem lets a server believe them.

Examples:

    holdfast keygen example.org/release
    holdfast keygen example.org/release -o keys/release.key
    holdfast keygen --tokens login`
}

func (c *keygenCommand) Run(a *app) error {
	privateKey, publicKey, err := signature.Generate(c.Name) // refuses names that are none
	if err != nil {
		return unreadable("%s", describe(err))
	}
	ending, publicEnding := ".key", ".pub"
	private, public := privateKey+"\n", publicKey+"\n"
	if c.Tokens {
		ending, publicEnding = ".pem", ".pub.pem"
		if private, public, err = tokenKeys(); err != nil {
			return err
		}
	}
	privateFile := c.Output
	if privateFile == "" {
		last := c.Name[strings.LastIndexByte(c.Name, '/')+1:]
		if last == "" {
			return unreadable("%s ends with a slash: name the file with -o", c.Name)
		}
		privateFile = last + ending
	}
	publicFile := strings.TrimSuffix(privateFile, ending) + publicEnding
	if err := writeNew(privateFile, private, 0o600, c.Force, publicFile); err != nil {
		return err
	}
	if err := writeNew(publicFile, public, 0o644, c.Force); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s  private: anyone who has it signs in your name\n", privateFile)
	fmt.Fprintf(a.stdout, "%s  public: give it to anyone who verifies\n", publicFile)
	if c.Tokens {
		fmt.Fprintf(a.stdout, "\nholdfast token --key %s --kind user --id u1\n", privateFile)
		return nil
	}
	fmt.Fprintf(a.stdout, "\n%s\nholdfast sign BUNDLE --key %s\nholdfast verify BUNDLE --key %s\n", publicKey, privateFile,
		publicFile)
	return nil
}

// tokenKeys returns a new pair of keys as PEM: PKCS #8, and PKIX.
func tokenKeys() (private, public string, err error) {
	publicKey, privateKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(privateKey)
	if err != nil {
		return "", "", err
	}
	pkix, err := x509.MarshalPKIXPublicKey(publicKey)
	if err != nil {
		return "", "", err
	}
	private = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	public = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}))
	return private, public, nil
}

// writeNew writes a file that must not be there yet, nor those in also, unless it is
// forced to: then it takes the place of the one that is there, with its own mode.
func writeNew(path, text string, mode fs.FileMode, force bool, also ...string) error {
	for _, name := range append(also, path) {
		_, err := os.Lstat(name)
		switch {
		case err == nil && !force:
			return unreadable("%s is there already: --force writes over it", name)
		case err == nil && name == path:
			if err := os.Remove(path); err != nil {
				return unreadableFile(err)
			}
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return unreadableFile(err)
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return unreadableFile(err)
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return unreadableFile(err)
	}
	return nil
}
