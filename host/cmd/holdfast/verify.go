package main

// This file defines `holdfast verify`: what an auditor needs of a bundle, a log and
// public keys, with no server.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/signature"
)

type verifyCommand struct {
	Bundle string `arg:"" placeholder:"BUNDLE" help:"A bundle, a catalog, or a point of one."`
	Log    string `arg:"" optional:"" placeholder:"LOG.jsonl" help:"${verify_log}"`
	engineFlag
	Key       string  `xor:"key" placeholder:"NAME.pub" help:"The public keys that are trusted, one a line."`
	Unsigned  bool    `xor:"key" help:"Check the log alone, no matter who published the bundle."`
	Signature string  `placeholder:"FILE" help:"The signature. Left out, the file's name and .sig."`
	Session   *string `placeholder:"ID" help:"The session's id. Left out, the one that the head names, or play."`
	Head      string  `placeholder:"FILE" help:"${head}"`
	HeadKey   string  `placeholder:"NAME.pub" help:"The public keys that are trusted for heads. Left out, those of --key."`
	JSON      bool    `help:"Print the outcome as one JSON object."`
}

func (*verifyCommand) Help() string {
	return `Checks that a trusted key has signed the bundle; of a point of a catalog, that it has signed the catalog. Of a
log, it decides every decision again and compares the bytes: each holds the digest of the one before, so a
change in one shows there or in the next. Nothing but these files is needed.

A log whose last decisions are cut off, or were decided anew by someone else, is a good log by itself. Only the head
that a server has signed tells it from the one the server keeps: give it with --head.

The exit code is 0 where all of that holds, 1 where it does not, and 2 where something cannot be read.

Examples:

    holdfast verify spektre.yaml --key release.pub
    holdfast verify spektre.json log.jsonl --key release.pub --session order-7
    holdfast verify spektre.json log.jsonl --key release.pub --head order-7.head --head-key server.pub
    holdfast verify "catalog.json#class=1,chapter=moon,element=air" log.jsonl --key release.pub`
}

// verified is the outcome of a verification. It ends with the first problem.
type verified struct {
	Valid   bool      `json:"valid"`
	Bundle  string    `json:"bundle"` // name@version of what is signed: a catalog, where that is
	Digest  string    `json:"digest"` // and its digest
	Signer  string    `json:"signer"` // whose signature of it is good; empty where none was checked
	Log     *replayed `json:"log,omitempty"`
	Head    *headOf   `json:"head,omitempty"` // what was signed, once its signature is good
	Problem *problem  `json:"problem,omitempty"`
	session string    // the id that the log was replayed with
}

type headOf struct {
	Session  string `json:"session"`
	Seq      int64  `json:"seq"`
	Decision string `json:"decision"`
	Bundle   string `json:"bundle"`
	Signer   string `json:"signer"`
}

type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (c *verifyCommand) Run(a *app) error {
	switch {
	case c.Key == "" && !c.Unsigned:
		return unreadable("say with --key which public keys are trusted, or with --unsigned that no signature is checked")
	case c.Unsigned && c.Signature != "":
		return unreadable("--signature is checked with --key, and not with --unsigned")
	case c.Log == "" && c.Unsigned:
		return unreadable("there is nothing to check: name a log, or the keys that are trusted")
	case c.Log == "" && (c.Head != "" || c.Session != nil):
		return unreadable("--head and --session are about a log: name it after the bundle")
	case c.Head == "" && c.HeadKey != "":
		return unreadable("--head-key is for --head")
	case c.Head != "" && c.Key == "" && c.HeadKey == "":
		return unreadable("say with --head-key which public keys are trusted for the head")
	}
	path, point := cutPoint(c.Bundle)
	built, err := a.readDocument(path)
	if err != nil {
		return err
	}
	v := &verified{Bundle: built.Name + "@" + built.Version, Digest: built.Digest}
	bundle, err := c.check(a, path, point, built, v)
	var found *core.Error
	switch {
	case errors.As(err, new(*host.Failure)):
		return err
	case errors.As(err, &found):
		v.Problem = &problem{found.Code, found.Message}
	case err != nil:
		return err
	}
	v.Valid = v.Problem == nil && (v.Log == nil || v.Log.Same)
	if c.JSON {
		err = a.object(v)
	} else {
		err = c.show(a, bundle, v)
	}
	if err == nil && !v.Valid {
		return findings
	}
	return err
}

// check fills in what holds, and returns a *core.Error for the first thing that does
// not, unless that is in the log.
func (c *verifyCommand) check(a *app, path, point string, built *author.Built, v *verified) (host.Bundle, error) {
	var err error
	if c.Key != "" {
		if v.Signer, err = c.signer(path, built); err != nil {
			return nil, err
		}
	}
	if c.Log == "" {
		if point == "" {
			return nil, nil
		}
		_, err := a.point(host.Native(), path, built, point) // there must be one
		return nil, err
	}
	engine, err := c.open(a)
	if err != nil {
		return nil, err
	}
	bundle, err := a.load(engine, c.Bundle)
	if err != nil {
		return nil, err
	}
	v.session = playSession
	if c.Head != "" {
		if v.Head, err = c.head(bundle); err != nil {
			return nil, err
		}
		v.session = v.Head.Session
	}
	if c.Session != nil {
		v.session = *c.Session
	}
	session, err := openSession(bundle, "", v.session)
	if err != nil {
		return nil, err
	}
	if v.Log, err = a.replay(bundle, session, c.Log, false); err != nil || !v.Log.Same || v.Head == nil {
		return bundle, err
	}
	return bundle, v.Head.ends(session)
}

// signer returns who has signed the document.
func (c *verifyCommand) signer(path string, built *author.Built) (string, error) {
	keys, err := readKeys(c.Key)
	if err != nil {
		return "", err
	}
	file := c.Signature
	if file == "" {
		file = path + ".sig"
	}
	note, err := readNote(file)
	if errors.Is(err, fs.ErrNotExist) && c.Signature == "" {
		return "", &core.Error{Code: codes.SignatureMissing,
			Message: "there is no signature: " + file + " is not there, and --signature names no other file."}
	}
	if err != nil {
		return "", unreadableFile(err)
	}
	text, err := signedText(built)
	if err != nil {
		return "", err
	}
	return keys.Verify(text, note)
}

// readNote reads a file with a signed note. What is signed has no "\r", so line ends that a program
// has changed on the way say nothing about it.
func readNote(path string) ([]byte, error) {
	note, err := os.ReadFile(path)
	return bytes.ReplaceAll(note, []byte("\r\n"), []byte("\n")), err
}

// head reads the signed head.
func (c *verifyCommand) head(bundle host.Bundle) (*headOf, error) {
	file := c.HeadKey
	if file == "" {
		file = c.Key
	}
	keys, err := readKeys(file)
	if err != nil {
		return nil, err
	}
	note, err := readNote(c.Head)
	if err != nil {
		return nil, unreadableFile(err)
	}
	text, signer, err := keys.Open(note)
	if err != nil {
		var found *core.Error
		if errors.As(err, &found) {
			return nil, &core.Error{Code: found.Code, Message: "the head: " + found.Message}
		}
		return nil, err
	}
	h, err := signature.ParseHead(text)
	switch {
	case err != nil:
		return nil, err
	case h.Bundle != bundle.Digest():
		return nil, headRefused(codes.HeadBundle,
			"the head is of a session of the bundle %s, and this is %s@%s %s.", h.Bundle, bundle.Name(), bundle.Version(),
			bundle.Digest())
	case c.Session != nil && *c.Session != h.Session:
		return nil, headRefused(codes.HeadSession, "the head is of the session %q, not of %q.", h.Session, *c.Session)
	}
	return &headOf{h.Session, h.Seq, h.Decision, h.Bundle, signer}, nil
}

// ends says whether the session has come exactly to the head.
func (h *headOf) ends(session host.Session) error {
	snapshot, err := session.Snapshot()
	if err != nil {
		return err
	}
	var at struct {
		Prev string
		Seq  int64
	}
	if err := json.Unmarshal(snapshot, &at); err != nil {
		return err
	}
	switch {
	case at.Seq < h.Seq:
		return headRefused(codes.HeadShort,
			"the log ends with decision %d, and the session has come to decision %d: the last %s.", at.Seq, h.Seq,
			missing(h.Seq-at.Seq))
	case at.Seq > h.Seq:
		return headRefused(codes.HeadLong,
			"the log goes on to decision %d, and the head is that of decision %d: ask for a newer head.", at.Seq, h.Seq)
	case at.Prev != h.Decision:
		return headRefused(codes.HeadDiffers,
			"decision %d of the log has the digest %s, and in the head it is %s: they are of two different histories.", at.Seq,
			at.Prev, h.Decision)
	}
	return nil
}

func missing(decisions int64) string {
	if decisions == 1 {
		return "one is missing"
	}
	return fmt.Sprintf("%d are missing", decisions)
}

func headRefused(code, format string, args ...any) error {
	return &core.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// readKeys reads a file of public keys.
func readKeys(path string) (*signature.Keys, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadableFile(err)
	}
	keys, err := signature.ParseKeys(src)
	if err != nil {
		return nil, unreadable("%s: %s", path, describe(err))
	}
	return keys, nil
}

// show tells a person of the outcome, in the order in which it was found.
func (c *verifyCommand) show(a *app, bundle host.Bundle, v *verified) error {
	what := author.Printable(v.Bundle) + " " + v.Digest
	switch {
	case v.Signer != "":
		fmt.Fprintf(a.stdout, "%s is signed by %s.\n", what, v.Signer)
	case c.Unsigned:
		fmt.Fprintf(a.stdout, "%s\n", what)
		fmt.Fprintln(a.stderr, "holdfast: NO SIGNATURE WAS CHECKED: anyone who gave you the bundle may have written it.")
	default:
		fmt.Fprintf(a.stdout, "%s is not to be trusted.\n", what)
	}
	if v.Log != nil {
		v.Log.show(a, bundle, c.Log, v.session)
	}
	switch {
	case v.Problem != nil:
		fmt.Fprintln(a.stdout, author.Printable(said("", v.Problem.Message, v.Problem.Code)))
	case v.Log == nil || !v.Log.Same:
	case v.Head != nil:
		fmt.Fprintf(a.stdout, "The log is whole: decision %d of %s is the last, says %s.\n", v.Head.Seq,
			quote(v.Head.Session), v.Head.Signer)
	default:
		fmt.Fprintln(a.stdout, "That it is a server's log, and all of it, was not checked: that takes --head.")
	}
	return nil
}
