// Command holdfast checks, builds, tests and plays bundles: what may happen in a
// system, decided by the same module that decides in browsers and servers.
package main

// This file defines the command line and how the program ends.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"
	"github.com/willabides/kongplete"

	"github.com/holdfast-rt/holdfast/host/server/settings"
)

// Exit codes.
const (
	exitOK       = 0 // also where everything was refused: a refusal is a right answer
	exitFindings = 1 // findings, failed scenarios, bytes that differ
	exitUsage    = 2 // wrong usage, or input that cannot be read
)

// grammar is the command line.
type grammar struct {
	Check checkCommand `cmd:"" help:"Say all that is wrong with bundles and catalogs." group:"author"`
	Build buildCommand `cmd:"" help:"Make the document that is published, and its digest." group:"author"`
	Fmt   fmtCommand   `cmd:"" help:"Give bundles their usual layout." group:"author"`
	Test  testCommand  `cmd:"" help:"Run the scenarios of bundles, and say what they do not reach." group:"author"`

	Play       playCommand       `cmd:"" help:"Decide proposals, one a line." group:"decide"`
	Admissible admissibleCommand `cmd:"" help:"List what may happen now, and why the rest may not." group:"decide"`
	Why        whyCommand        `cmd:"" help:"Show the decision a proposal would get, with every reason." group:"decide"`
	Path       pathCommand       `cmd:"" help:"Find the shortest way to where a proposal would commit." group:"decide"`
	Replay     replayCommand     `cmd:"" help:"Decide a log again and compare the bytes." group:"decide"`

	Serve  serveCommand  `cmd:"" help:"Keep sessions and decide on them over HTTP." group:"serve"`
	Studio studioCommand `cmd:"" help:"Look into bundles in a browser." group:"serve"`

	Keygen keygenCommand `cmd:"" help:"Make a pair of keys." group:"trust"`
	Sign   signCommand   `cmd:"" help:"Sign a bundle or a catalog." group:"trust"`
	Verify verifyCommand `cmd:"" help:"Check who signed a bundle, and that a log is what it decided." group:"trust"`
	Token  tokenCommand  `cmd:"" help:"Mint a bearer token, for trying a server out." group:"trust"`

	Resolve resolveCommand `cmd:"" help:"Find the one bundle of a catalog that a cursor means." group:"look"`
	Graph   graphCommand   `cmd:"" help:"Draw the moves of state variables." group:"look"`
	Types   typesCommand   `cmd:"" help:"Print TypeScript types of a bundle, for @holdfast/web." group:"look"`
	Eval    evalCommand    `cmd:"" help:"Evaluate an expression, or a file of cases." group:"look"`
	Canon   canonCommand   `cmd:"" help:"Write JSON in its canonical form." group:"look"`
	Schema  schemaCommand  `cmd:"" help:"Print a JSON Schema of bundles, for editors." group:"look"`
	Version versionCommand `cmd:"" help:"Name this version and the exact engine." group:"look"`

	Completion completionCommand `cmd:"" help:"Print what a shell needs to complete commands." group:"look"`
	Man        manCommand        `cmd:"" help:"Print the manual page." group:"look"`
}

const about = `Write down once which actions keep a system valid, and decide them everywhere with the same bytes.

A BUNDLE is a file, YAML or built, or a point of a catalog, written as
catalog.yaml#class=1,chapter=moon. Colours are used on a terminal only, and never where NO_COLOR is set.

Exit codes: 0 for fine, whatever was decided; 1 for findings, failures and differences; 2 for wrong usage or
input that cannot be read.`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// ended carries an exit code out of kong, which ends the program for --help.
type ended int

// exitError ends the program with a code. Without a message everything has been said.
type exitError struct {
	code    int
	message string
}

func (e *exitError) Error() string { return e.message }

// unreadable is the error of input or arguments that cannot be used.
func unreadable(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Sprintf(format, args...)}
}

// findings ends the program with exitFindings; what was found has been shown.
var findings error = &exitError{code: exitFindings}

// run runs one command and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if thrown := recover(); thrown != nil {
			end, ok := thrown.(ended)
			if !ok {
				panic(thrown)
			}
			code = max(code, int(end))
		}
	}()
	parser, err := kong.New(&grammar{},
		kong.Name("holdfast"),
		kong.Description(about),
		texts,
		kong.Vars(settings.Help),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(ended(code)) }),
		kong.ExplicitGroups([]kong.Group{
			{Key: "author", Title: "Write bundles:"},
			{Key: "decide", Title: "Decide and ask:"},
			{Key: "serve", Title: "Serve:"},
			{Key: "trust", Title: "Sign and verify:"},
			{Key: "look", Title: "Look into things:"},
		}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		panic(err) // the grammar is part of the program
	}
	a := newApp(stdin, stdout, stderr)
	defer a.close()
	defer func() {
		if err := a.stdout.Flush(); err != nil && code == exitOK {
			fmt.Fprintln(stderr, "holdfast:", err)
			code = exitUsage
		}
	}()
	kongplete.Complete(parser) // where a shell asks what may come next, this answers and ends
	if len(args) == 0 {
		code = exitUsage
		_, _ = parser.Parse([]string{"--help"}) // ends here
	}
	for _, arg := range args {
		if !utf8.ValidString(arg) { // kong and JSON would go on with other text than was typed
			return a.ended(unreadable("the argument %q is not valid UTF-8", arg))
		}
	}
	switch args[0] { // what other programs are asked in these words
	case "help":
		args = append(slices.Clone(args[1:]), "--help")
	case "--version":
		args = append([]string{"version"}, args[1:]...)
	}
	selected, err := parser.Parse(args)
	if err != nil {
		return a.misused(err)
	}
	return a.ended(selected.Run(a))
}

// misused shows what is wrong with the arguments.
func (a *app) misused(err error) int {
	message := strings.TrimSuffix(err.Error(), `, did you mean "-h"?`) // of any short flag
	var wrong *kong.ParseError
	command := ""
	if errors.As(err, &wrong) && wrong.Context.Selected() != nil {
		command = " " + strings.Fields(wrong.Context.Command())[0]
	}
	if command == " eval" && strings.HasPrefix(message, "unknown flag") {
		message += "; an expression that begins with - comes last, after --"
	}
	fmt.Fprintln(a.stderr, "holdfast:", message)
	fmt.Fprintf(a.stderr, "Run \"holdfast%s --help\" for what it takes.\n", command)
	return exitUsage
}

// ended shows why a command ended and returns its exit code.
func (a *app) ended(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		if exit.message != "" {
			fmt.Fprintln(a.stderr, "holdfast:", exit.message)
		}
		return exit.code
	}
	fmt.Fprintln(a.stderr, "holdfast:", describe(err))
	return exitUsage
}
