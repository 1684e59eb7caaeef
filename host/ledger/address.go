//go:build !js

package ledger

// This file chooses by a ledger's address what keeps it.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Memory is the address of a ledger that lasts as long as it is open: for a trial and for tests.
const Memory = ":memory:"

// Open opens the ledger at address: "postgres://…" or "postgresql://…" for a
// PostgreSQL database, [Memory], otherwise the path of a SQLite file, which is made where there
// is none (its folder must exist). What an older version of this program made is brought up to
// date; what a newer one made is refused. ErrLocked: another process has the file open.
// ErrAddress: the address is of no kind that is kept here, and no plain path either.
func Open(ctx context.Context, address string, o Options) (*Ledger, error) {
	return open(o, func(o Options, h *hub) (store, error) {
		switch {
		case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
			return openPostgres(ctx, address, o, h)
		case address == Memory:
			return openMemory(ctx, o)
		case address == "", strings.HasPrefix(address, "file:"), scheme.MatchString(address), keywords.MatchString(address):
			return nil, fmt.Errorf("%w: a ledger is the path of a SQLite file, %s, or a PostgreSQL address "+
				"that begins with postgres://", ErrAddress, Memory)
		}
		return openSQLite(ctx, address, o)
	})
}

// What looks like an address of another kind is no file name: SQLite would make a file that is called so.
var (
	scheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:/`)                             // mysql://…; not C:\…
	keywords = regexp.MustCompile(`(^|\s)(host|hostaddr|dbname|user|password|service)\s*=`) // host=… dbname=…
)

// openMemory keeps a ledger in a file of its own, which is removed with it: SQLite's own
// databases in memory have neither a write-ahead log nor readers beside the writer.
func openMemory(ctx context.Context, o Options) (store, error) {
	folder, err := os.MkdirTemp("", "holdfast-ledger-")
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	s, err := openSQLite(ctx, filepath.Join(folder, "ledger.db"), o)
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	s.folder = folder
	return s, nil
}
