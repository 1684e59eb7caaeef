//go:build !js

package ledger

// This file chooses by a ledger's address what keeps it.

import (
	"context"
	"strings"
)

// Open opens the ledger at address: "postgres://…" or "postgresql://…" for a
// PostgreSQL database, otherwise the path of a SQLite file, which is made where there
// is none (its folder must exist). What an older version of this program made is brought up to
// date; what a newer one made is refused. ErrLocked: another process has the file open.
func Open(ctx context.Context, address string, o Options) (*Ledger, error) {
	return open(o, func(o Options, h *hub) (store, error) {
		if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
			return openPostgres(ctx, address, o, h)
		}
		return openSQLite(ctx, address, o)
	})
}
