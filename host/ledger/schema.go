package ledger

// This file brings a database up to date. A schema's number is that of the last file
// of schema/ENGINE that was run, and files are only ever added.

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed schema
var schemas embed.FS

// migrate runs what is missing, inside the transaction tx that no one else can be in.
// The query made counts tables named schema_version: a user who may not make tables can open a
// database that is up to date.
func migrate(ctx context.Context, tx tx, schemas fs.FS, engine, made string) error {
	files, err := fs.Glob(schemas, "schema/"+engine+"/*.sql")
	if err != nil {
		return err
	}
	var version int
	if err := tx.QueryRowContext(ctx, made).Scan(&version); err != nil {
		return err
	}
	if version == 0 {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE schema_version (version integer PRIMARY KEY)`); err != nil {
			return err
		}
	}
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&version); err != nil {
		return err
	}
	if version > len(files) {
		return fmt.Errorf("ledger: the database has schema %d and this program knows %d: use the newer program that "+
			"made it", version, len(files))
	}
	for ; version < len(files); version++ { // sorted, and numbered without gaps
		text, err := fs.ReadFile(schemas, files[version])
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("ledger: bringing the database to schema %d: %w", version+1, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO schema_version VALUES ($1)`, version+1); err != nil {
			return err
		}
	}
	return nil
}
