package main

// This file defines `holdfast version` and `holdfast schema`.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

type versionCommand struct {
	JSON bool `help:"Print it as one JSON object."`
}

func (*versionCommand) Help() string {
	return `Says which version this is, and names the exact engine: the module's SHA-256 is the same in every host that
runs this module, and its ABI version is what hosts and module agree on.

Example:

    holdfast version --json`
}

func (c *versionCommand) Run(a *app) error {
	sum := sha256.Sum256(host.Module())
	v := struct {
		Version string `json:"version"`
		Module  string `json:"module"`
		ABI     int    `json:"abi"`
		Go      string `json:"go"`
	}{"(devel)", "sha256:" + hex.EncodeToString(sum[:]), abi.Version, runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	if c.JSON {
		return a.object(v)
	}
	t := table{}
	t.add("holdfast", v.Version)
	t.add("module", v.Module)
	t.add("abi", fmt.Sprint(v.ABI))
	t.add("go", v.Go)
	t.write(a.stdout, "")
	return nil
}

type schemaCommand struct{}

func (*schemaCommand) Help() string {
	return `Prints a JSON Schema for bundles and catalogs, so that editors complete and check them as one types. With the
YAML language server, the first line of a bundle names it:

    # yaml-language-server: $schema=holdfast.schema.json

Example:

    holdfast schema > holdfast.schema.json`
}

func (c *schemaCommand) Run(a *app) error {
	_, err := a.stdout.Write(author.Schema())
	return err
}
