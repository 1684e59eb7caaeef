//go:build !js

package ledger

// This file keeps a ledger in a PostgreSQL database, through pgx. Several servers
// may share one. Reads and rare writes go through a pool, appends through a connection of
// their own, and a third one listens for what other servers appended.
//
// An append is one statement that stores nothing unless the rows continue what it
// sees, so a gap cannot be written; of two servers that see the same, the key (session, seq)
// lets one in, and the other's transaction fails whole. It is tried again as it is, and
// now sees, and leaves out, what has lost.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connectTimeout = 10 * time.Second
	commitTimeout  = 30 * time.Second // then the connection is given up, and the outcome unknown
	idleTimeout    = time.Second      // after that, see whether the server is still there before sending anything
)

// SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	diskFull             = "53100"
	dataCorrupted        = "XX001"
	indexCorrupted       = "XX002"
)

// pgAppend stores the appends that continue their logs, announces their sessions and
// returns them, by lines of up to 8000 bytes, which is what a notification may carry. Each session
// is given once. All servers store in the same order, so that none waits for another that waits for it.
//
// What is asked of decisions are scalar subqueries, each a look into an index: for an EXISTS
// PostgreSQL may prefer to read the whole table once.
const pgAppend = `WITH given AS (
	SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::boolean[])
		AS g(session, seq, bytes, digest, prev, key, first)
), refused AS (
	SELECT g.session FROM given g
	WHERE g.first AND g.prev IS DISTINCT FROM CASE g.seq
		WHEN 1 THEN (SELECT s.genesis FROM sessions s WHERE s.id = g.session)
		ELSE (SELECT d.digest FROM decisions d WHERE d.session = g.session AND d.seq = g.seq - 1) END
	OR g.first AND (SELECT d.seq FROM decisions d WHERE d.session = g.session AND d.seq = g.seq) IS NOT NULL
	OR g.key <> '' AND (SELECT d.seq FROM decisions d WHERE d.session = g.session AND d.key = g.key) IS NOT NULL
), stored AS (
	INSERT INTO decisions (session, seq, bytes, digest, prev, key)
	SELECT g.session, g.seq, g.bytes, g.digest, g.prev, nullif(g.key, '') FROM given g
	WHERE g.session NOT IN (SELECT session FROM refused) ORDER BY g.session COLLATE "C", g.seq
	RETURNING session
), packed AS (
	SELECT string_agg(session, E'\n') AS lines FROM (
		SELECT session, sum(octet_length(session) + 1) OVER (ORDER BY session) / 6900 AS part
		FROM (SELECT DISTINCT session FROM stored) s) p GROUP BY part
) SELECT lines, pg_notify('` + pgChannel + `', lines) FROM packed`

const pgChannel = "holdfast_decisions"

type postgresStore struct {
	log    *slog.Logger
	config *pgx.ConnConfig
	pool   *pgxpool.Pool
	db     *sql.DB // on the pool
	hub    *hub

	conn *pgx.Conn // appends; nil when lost. Of the queue's goroutine only
	used time.Time // when conn last was
	pid  atomic.Uint32

	level  string        // of synchronous_commit
	pooled atomic.Bool   // there is a pooler in between
	heard  atomic.Bool   // NOTIFY reaches the listener
	deaf   chan struct{} // gets a value when it does no longer

	stop   context.CancelFunc // ends listening
	silent sync.WaitGroup     // of what stop ends
}

func openPostgres(ctx context.Context, address string, o Options, hub *hub) (_ *postgresStore, err error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("ledger: the address of PostgreSQL: %w", err) // without its password
	}
	s := &postgresStore{log: o.Logger, hub: hub, level: "on", deaf: make(chan struct{}, 1)}
	params := config.ConnConfig.RuntimeParams // which a pooler would not pass on
	if params["synchronous_commit"] == "remote_apply" {
		s.level = "remote_apply" // which is more than on
	}
	delete(params, "synchronous_commit")
	if params["application_name"] == "" {
		params["application_name"] = "holdfast"
	}
	defer func() {
		if err != nil {
			s.close()
			err = fmt.Errorf("ledger: opening PostgreSQL: %w", explain(s.failure(err)))
		}
	}()
	s.config = config.ConnConfig.Copy()
	if err = s.probe(ctx); err != nil {
		return nil, err
	}
	if s.pooled.Load() && config.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe // no statement outlives its transaction
	}
	s.config = config.ConnConfig.Copy()
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		return s.settled(ctx, conn, s.durable(false))
	}
	// A pooler may give a notification to any of them.
	config.ConnConfig.OnNotification = func(_ *pgconn.PgConn, n *pgconn.Notification) { s.told(n) }
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	s.db = stdlib.OpenDBFromPool(s.pool)
	if err = s.migrate(ctx, o.schemas); err != nil {
		return nil, err
	}
	if err = s.inspect(ctx); err != nil {
		return nil, err
	}
	if err = s.connect(ctx); err != nil {
		return nil, err
	}
	return s, s.listen(ctx)
}

// migrate lets one server at a time bring the database up to date.
func (s *postgresStore) migrate(ctx context.Context, schemas fs.FS) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := s.alone(ctx, tx, "schema"); err != nil {
		return err
	}
	if err := migrate(ctx, tx, schemas, "postgres",
		`SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_version')`); err != nil {
		return err
	}
	return tx.Commit()
}

// inspect tells the operator when the server does not keep what it acknowledges.
func (s *postgresStore) inspect(ctx context.Context) error {
	for _, name := range []string{"fsync", "full_page_writes"} {
		var value string
		if err := s.db.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
			return err
		}
		if value == "off" {
			s.log.Warn("PostgreSQL may lose acknowledged decisions in a crash: turn "+name+" on", name, value)
		}
	}
	return nil
}

func (s *postgresStore) kind() string    { return "postgres" }
func (s *postgresStore) reader() *sql.DB { return s.db }
func (s *postgresStore) grouped() bool   { return false }

func (s *postgresStore) alone(ctx context.Context, tx tx, name string) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, "holdfast "+name)
	return err
}

func (s *postgresStore) ready(ctx context.Context) error {
	var readOnly string
	if err := s.db.QueryRowContext(ctx, `SELECT current_setting('transaction_read_only')`).Scan(&readOnly); err != nil {
		return err
	}
	if readOnly == "on" {
		return errors.New("the database is read-only, perhaps a standby")
	}
	return nil
}

// write runs do in a transaction of its own, again when another was in the way.
func (s *postgresStore) write(ctx context.Context, do func(context.Context, tx) error) error {
	for try := 0; ; try++ {
		err := s.transaction(ctx, do)
		if !contended(err) || try == 20 {
			return err
		}
	}
}

func (s *postgresStore) transaction(ctx context.Context, do func(context.Context, tx) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("ledger: nothing written: %w", err)
	}
	defer tx.Rollback()
	if s.pooled.Load() {
		if _, err := tx.ExecContext(ctx, s.durable(true)); err != nil {
			return failed("nothing written", s.failure(err))
		}
	}
	if err := do(ctx, tx); err != nil {
		if mine(err) || contended(err) {
			return err
		}
		return failed("nothing written", s.failure(err))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ledger: outcome unknown: %w", err)
	}
	return nil
}

// contended says whether another transaction was in the way. Nothing was written.
func contended(err error) bool {
	switch state(err) {
	case uniqueViolation, serializationFailure, deadlockDetected:
		return true
	}
	return false
}

// state returns the SQLSTATE of what the server answered, or "".
func state(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func (s *postgresStore) failure(err error) error {
	switch state(err) {
	case diskFull:
		return ErrFull
	case dataCorrupted, indexCorrupted:
		return &Corrupt{"the database", err.Error()}
	}
	return err
}

// commit writes the appends of a batch.
func (s *postgresStore) commit(batch []*task) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	for try := 0; ; try++ {
		err := s.append(ctx, batch)
		if err == nil {
			return
		}
		if contended(err) && try < len(batch)+10 { // each time another append has lost
			continue
		}
		if no, ok := err.(*refusal); ok {
			if len(batch) > 1 {
				for i := range batch { // one of them must not spoil the others
					s.commit(batch[i : i+1])
				}
				return
			}
			err = failed("nothing written", s.failure(no.PgError))
		}
		answer(batch, err)
		return
	}
}

// refusal is a failure of which the server said that nothing was written.
type refusal struct{ *pgconn.PgError }

func (r *refusal) Unwrap() error { return r.PgError }

// append tries to write a batch as one transaction in one round trip. Tasks are
// answered only where it returns nil. Any error but a refusal leaves the outcome unknown.
func (s *postgresStore) append(ctx context.Context, batch []*task) error {
	if err := s.connect(ctx); err != nil {
		return fmt.Errorf("ledger: nothing written: %w", err)
	}
	n := 0
	for _, t := range batch {
		n += len(t.rows)
	}
	sessions, digests := make([]string, 0, n), make([]string, 0, n)
	prevs, keys := make([]string, 0, n), make([]string, 0, n)
	seqs, bytes, firsts := make([]int64, 0, n), make([][]byte, 0, n), make([]bool, 0, n)
	for _, t := range batch {
		for i := range t.rows {
			r := &t.rows[i]
			sessions, seqs, bytes = append(sessions, r.Session), append(seqs, r.Seq), append(bytes, r.Bytes)
			digests, prevs = append(digests, r.Digest), append(prevs, r.Prev)
			keys, firsts = append(keys, r.Key), append(firsts, i == 0)
		}
	}
	var pipeline pgx.Batch
	pipeline.Queue(`BEGIN ISOLATION LEVEL READ COMMITTED`)
	pooled := s.pooled.Load()
	if pooled {
		pipeline.Queue(s.planned(true))
	}
	pipeline.Queue(pgAppend, sessions, seqs, bytes, digests, prevs, keys, firsts)
	pipeline.Queue(`COMMIT`)
	results := s.conn.SendBatch(ctx, &pipeline)
	stored, before, err := outcome(results, pooled)
	if e := results.Close(); err == nil && e != nil {
		before, err = false, e
	}
	s.used = time.Now()
	if err != nil {
		var said *pgconn.PgError
		if before && errors.As(err, &said) && s.rollback(ctx) {
			return &refusal{said}
		}
		s.disconnect()
		return fmt.Errorf("ledger: outcome unknown: %w", err)
	}
	for _, t := range batch {
		if !stored[t.rows[0].Session] {
			t.err = ErrConflict
		}
	}
	return nil
}

// outcome reads which sessions were stored; settings says that they were
// made before that. An error says whether it was met before the commit began. Only the tag of the
// commit itself proves that all is durable.
func outcome(results pgx.BatchResults, settings bool) (stored map[string]bool, before bool, err error) {
	if _, err := results.Exec(); err != nil {
		return nil, true, err
	}
	if settings {
		if _, err := results.Exec(); err != nil {
			return nil, true, err
		}
	}
	rows, err := results.Query()
	if err != nil {
		return nil, true, err
	}
	stored = map[string]bool{}
	for rows.Next() {
		var lines string
		if err := rows.Scan(&lines, nil); err != nil {
			rows.Close()
			return nil, false, err
		}
		for _, session := range strings.Split(lines, "\n") {
			stored[session] = true
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, true, err
	}
	tag, err := results.Exec()
	if err == nil && tag.String() != "COMMIT" {
		err = fmt.Errorf("the server answered COMMIT with %q", tag)
	}
	return stored, false, err
}

// rollback leaves a failed transaction. It reports false when the connection is lost.
func (s *postgresStore) rollback(ctx context.Context) bool {
	if s.conn.IsClosed() {
		return false
	}
	_, err := s.conn.Exec(ctx, `ROLLBACK`)
	return err == nil && s.conn.PgConn().TxStatus() == 'I'
}

// connect sees to it that there is a connection for appends.
func (s *postgresStore) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if s.conn != nil && time.Since(s.used) > idleTimeout && s.conn.Ping(ctx) != nil {
		s.disconnect()
	}
	if s.conn != nil && !s.conn.IsClosed() {
		return nil
	}
	var err error
	if s.conn, err = s.dial(ctx, s.planned(false)); err != nil {
		s.conn = nil
		return err
	}
	s.used = time.Now()
	s.pid.Store(s.conn.PgConn().PID())
	return nil
}

func (s *postgresStore) disconnect() {
	if s.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.conn.Close(ctx)
		s.conn = nil
	}
}

// close closes what was opened. Nothing is being written any more.
func (s *postgresStore) close() error {
	if s.stop != nil {
		s.stop()
		s.silent.Wait()
	}
	s.disconnect()
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	if s.pool != nil {
		s.pool.Close()
	}
	return err
}
