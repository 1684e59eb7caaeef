package ledger

import (
	"context"
	"errors"
)

func openPostgres(ctx context.Context, address string, o Options, h *hub) (store, error) {
	return nil, errors.New("ledger: PostgreSQL is not there yet")
}
