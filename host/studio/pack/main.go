// Command pack puts the built studio into host/studio/page.zip. Run it from the top
// of the repository:
//
//	go run ./host/studio/pack         # after npm run build in web/studio
//	go run ./host/studio/pack -check  # say whether page.zip holds what was built
package main

// This file is the whole command. The archive has no times and its files are sorted,
// so that the same build gives the same bytes.

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

const (
	from = "web/studio/dist"
	into = "host/studio/page.zip"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pack: ")
	check := flag.Bool("check", false, "compare, and write nothing")
	flag.Parse()
	if err := run(*check); err != nil {
		log.Fatal(err)
	}
}

func run(check bool) error {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(from), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(filepath.Join(from, path))
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: build it first, with npm run build in web/studio", err)
	}
	if check {
		return compare(files)
	}
	archive, err := pack(files)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d files, %d bytes\n", into, len(files), len(archive))
	return os.WriteFile(into, archive, 0o644)
}

func pack(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// compare looks at contents, not at how they are compressed, which may differ between
// versions of Go.
func compare(files map[string][]byte) error {
	z, err := zip.OpenReader(into)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		have, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", into, f.Name, err)
		}
		if want, ok := files[f.Name]; !ok || !bytes.Equal(have, want) {
			return fmt.Errorf("%s: %s is not what web/studio builds: go run ./host/studio/pack", into, f.Name)
		}
		delete(files, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		return fmt.Errorf("%s lacks %s: go run ./host/studio/pack", into, name)
	}
	return nil
}
