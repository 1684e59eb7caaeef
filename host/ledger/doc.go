// Package ledger keeps published documents and decisions, durably and append-only:
// one row a decision under the primary key (session, seq). The key is the lock: of two
// writers of the same seq one loses, and is told so.
//
//	l, err := ledger.Open(ctx, "holdfast.db", ledger.Options{})           // one SQLite file
//	l, err := ledger.Open(ctx, "postgres://user@host/db", ledger.Options{}) // when one machine is not enough
//
//	err = l.Append(ctx, rows)  // nil: on disk, whatever happens now
//
// # Group commit
//
// Appends of many sessions share one transaction and one fsync: those that wait while a
// transaction is being written is in the next one.
//
//	session a ──┐
//	session b ──┼── queue ── one transaction ── fsync ── a, b, c answered
//	session c ──┘
//
// # What is believed
//
// A row is believed when its bytes hash to its digest and its prev is the digest of the row
// before; a document when its bytes hash to the sum stored beside it. Anything else
// is *Corrupt. Snapshots are caches: the one who takes it must see it confirmed by
// a decision that comes after it.
//
// What lies beside the bytes is not covered by a digest: an idempotency key, who owns a session,
// who published. And a log whose last decisions are gone, because a person with access to
// the database removed them, or because synced pages of SQLite's write-ahead log were
// damaged before they were moved, is shorter but whole: only who has seen its head can tell.
//
// # Two engines
//
// What both understand is in sql.go, what differs in sqlite.go and postgres.go. The
// tests run over both. SQLite: one process, one file with its write-ahead log and a
// lock beside it (back it up by VACUUM INTO, since two files cannot be copied at one moment).
//
// PostgreSQL: any number of servers, which wake each other through LISTEN and NOTIFY. The
// address may lead through a pooler, such as PgBouncer, that pools sessions or transactions. One
// that pools transactions passes no notifications on; then each server looks for what the others
// have appended, five times a second, for the sessions that are followed there (pooler.go).
package ledger
