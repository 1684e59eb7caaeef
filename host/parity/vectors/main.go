// Command vectors writes sessions of bundles that extend others as golden sessions:
// go run ./host/parity/vectors FOLDER N.
// They are the attacks of testdata/compose, and the first N of the random families that host/parity holds
// to the theorem of core/RATIONALE.md; an engine that gives the same bytes holds to it, too.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/host/parity"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: go run ./host/parity/vectors FOLDER N")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	files, err := filepath.Glob("testdata/compose/*.yaml")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("testdata/compose has no bundles here: %w", err)
	}
	written := 0
	write := func(name string, j *parity.Job) error {
		vectors, err := j.Vectors()
		for i := range vectors {
			if err == nil {
				err = vectors[i].Write(filepath.Join(args[0], fmt.Sprintf("%s-%d", name, i+1)))
				written++
			}
		}
		return err
	}
	for _, file := range files {
		j, failures, err := parity.Attack(file, "testdata/bundles", "testdata/bundles/grade-1-guardian")
		if err == nil && len(failures) > 0 {
			err = fmt.Errorf("%s", failures[0])
		}
		if err == nil {
			err = write(strings.TrimSuffix(filepath.Base(file), ".yaml"), j)
		}
		if err != nil {
			return err
		}
	}
	for seed := uint64(parity.FirstFamily); n > 0; seed++ {
		if j := parity.NewFamilyJob(seed, nil); j != nil {
			if err := write(fmt.Sprint("family-", seed), j); err != nil {
				return err
			}
			n--
		}
	}
	fmt.Println(args[0]+":", written, "sessions")
	return nil
}
