package main

// This file defines `holdfast studio`: a server for one person and one browser, which
// leaves nothing behind.

import (
	"fmt"
	"os/exec"
	"runtime"

	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server/settings"
)

type studioCommand struct {
	Bundles []string `arg:"" optional:"" placeholder:"BUNDLE" help:"Bundles and catalogs to look into, YAML or built."`
	engineFlag

	Listen string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"${studio_listen} (${default})."`
	Open   bool   `default:"true" negatable:"" help:"Open the browser (--no-open: only print the address)."`
}

func (*studioCommand) Help() string {
	return `Serves the studio: a page that shows for every action whether it may be done, why not, and what would make it
so; draws the state, keeps the log, and edits the bundle beside its scenarios. Sessions last as long as the
command runs.

Examples:

    holdfast studio spektre.yaml
    holdfast studio --no-open checkout.yaml catalog.yaml`
}

func (c *studioCommand) Run(a *app) error {
	on := true
	serve := serveCommand{
		Bundles: c.Bundles, engineFlag: c.engineFlag, Listen: c.Listen, Ledger: ledger.Memory,
		Studio: &on, Settings: settings.Settings{Limits: settings.Limits{Rate: -1}}, quiet: true,
		ready: func(url string) {
			url += "/studio/"
			fmt.Fprintf(a.stdout, "The studio is at %s\nCtrl-C ends it; its sessions end with it.\n", url)
			_ = a.stdout.Flush()
			if c.Open {
				browse(url)
			}
		},
	}
	return serve.Run(a)
}

// browse asks the system to show a page. Where it cannot, the address has been printed.
func browse(url string) {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", url)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		cmd = exec.Command("xdg-open", url)
	}
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
