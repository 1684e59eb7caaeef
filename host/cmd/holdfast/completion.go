package main

// This file defines `holdfast completion` and `holdfast man`: what shells and manuals want to know.

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" placeholder:"bash|zsh|fish" help:"The shell."`
}

func (*completionCommand) Help() string {
	return `Prints what a shell needs to complete commands, flags and their values with Tab. Files are completed as usual.

Examples:

    holdfast completion bash >> ~/.bashrc
    holdfast completion zsh >> ~/.zshrc
    holdfast completion fish > ~/.config/fish/completions/holdfast.fish`
}

// completions are the lines for each shell. All of them ask the program itself, which answers where
// COMP_LINE is set (https://github.com/willabides/kongplete).
var completions = map[string]string{
	"bash": "complete -o default -C holdfast holdfast\n",
	"zsh":  "autoload -U +X bashcompinit && bashcompinit\ncomplete -o default -C holdfast holdfast\n",
	"fish": "function __complete_holdfast\n    set -lx COMP_LINE (commandline -cp)\n" +
		"    test -z (commandline -ct)\n    and set COMP_LINE \"$COMP_LINE \"\n    holdfast\nend\n" +
		"complete -c holdfast -a \"(__complete_holdfast)\"\n",
}

func (c *completionCommand) Run(a *app) error {
	_, err := a.stdout.WriteString(completions[c.Shell])
	return err
}

type manCommand struct{}

func (*manCommand) Help() string {
	return `Prints the manual page of all commands, as troff.

Examples:

    holdfast man | man -l -
    holdfast man > /usr/local/share/man/man1/holdfast.1`
}

func (*manCommand) Run(a *app, context *kong.Context) error {
	model := *context.Model
	model.Help = "decide which actions keep a system valid" // the page's heading, which has to be short
	for _, command := range model.Leaves(false) {
		command.Detail = joined(command.Detail)
	}
	page := mangokong.NewManPage(1, &model)
	_, err := fmt.Fprint(a.stdout, page.Build(roff.NewDocument()))
	return err
}

// joined joins the lines of each paragraph: the manual makes a paragraph of each line. Indented lines stay as they are.
func joined(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, " ") {
			paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
