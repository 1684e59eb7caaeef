package main

// This file checks that the pages name files that exist: their links, and paths written as code.

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages lists the Markdown of the repository, from its root.
func pages(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("git", "-C", top, "ls-files", "*.md").Output()
	if err != nil {
		t.Skipf("git does not list the files: %v", err)
	}
	return strings.Fields(string(out))
}

var (
	link     = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	coded    = regexp.MustCompile("`((?:core|wasm|host|web|testdata|\\.github)/[\\w./-]+)`")
	fences   = regexp.MustCompile("(?ms)^```.*?^```$")
	notThere = regexp.MustCompile(`^web/dist`) // built, not kept
)

func TestPagesNameFilesThatExist(t *testing.T) {
	for _, page := range pages(t) {
		src, err := os.ReadFile(filepath.Join(top, page))
		if err != nil {
			t.Fatal(err)
		}
		prose := fences.ReplaceAllString(string(src), "")
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(top, filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
		for _, m := range coded.FindAllStringSubmatch(prose, -1) {
			if notThere.MatchString(m[1]) {
				continue
			}
			if _, err := os.Stat(filepath.Join(top, m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
}
