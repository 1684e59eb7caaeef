//go:build !js

package ledger

// This file lets PostgreSQL be reached through a pooler, such as PgBouncer: a program that
// gives the connections of the database to clients in turn, each for as long as the client
// is connected (a session) or for one transaction.
//
//	                   direct            pooled by session   pooled by transaction
//	settings           of the session    of each transaction
//	statements         prepared, named   described once, sent whole each time
//	locks              of a transaction, in every case
//	other servers'     told by NOTIFY    told by NOTIFY      looked for
//	decisions
//
// A pooler tells its clients a process id of its own, so one is known by that. How it pools it
// does not tell. Nothing here is right only in one of the two: what a client may keep between
// transactions is used where the connection is direct, and NOTIFY once it has been heard.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	lookEvery = 200 * time.Millisecond // for other servers' decisions, where nothing tells of them
	lookMost  = 1000                   // sessions in one look
	pgHere    = "holdfast_here"        // the channel by which a listener finds out that it hears
)

// pgDurable is the setting that makes a commit durable before it is answered; a database that
// waits for standbys to apply it goes on doing so. %t: for the rest of the transaction only.
const pgDurable = `SELECT set_config('synchronous_commit',
	CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE %s END, %t)`

// pgPlanned are the settings that appends are planned under: a plan that is made once and stays must
// not be one that reads whole tables because they were small when it was made.
const pgPlanned = `, set_config('enable_seqscan', 'off', %[1]t), set_config('enable_hashjoin', 'off', %[1]t),
	set_config('enable_mergejoin', 'off', %[1]t), set_config('plan_cache_mode', 'force_generic_plan', %[1]t),
	set_config('jit', 'off', %[1]t)`

// durable is the statement that has commits durable, of a transaction or of the whole session.
func (s *postgresStore) durable(transaction bool) string {
	return fmt.Sprintf(pgDurable, "'"+s.level+"'", transaction)
}

// planned is durable, and has appends planned as they should be.
func (s *postgresStore) planned(transaction bool) string {
	return s.durable(transaction) + fmt.Sprintf(pgPlanned, transaction)
}

// errAstray is what is found when a pooler gives a client the answer to something that another asked.
// PgBouncer does (seen in 1.18) where a notification comes while it resets a connection.
var errAstray = errors.New("the pooler answers with what was not asked")

// settled asks who is at the other end, and makes the settings of a session where that is the database itself.
func (s *postgresStore) settled(ctx context.Context, conn *pgx.Conn, settings string) error {
	var pid uint32
	var said string
	token := rand.Text()
	err := conn.QueryRow(ctx, `SELECT pg_backend_pid(), '`+token+`'`, pgx.QueryExecModeSimpleProtocol).Scan(&pid, &said)
	switch {
	case errors.Is(err, pgx.ErrNoRows), err == nil && said != token:
		return errAstray
	case err != nil:
		return err
	case pid != conn.PgConn().PID():
		s.pooled.Store(true)
		return nil
	}
	_, err = conn.Exec(ctx, settings)
	return err
}

// dial connects, and settles.
func (s *postgresStore) dial(ctx context.Context, settings string) (*pgx.Conn, error) {
	for try := 0; ; try++ {
		conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
		if err != nil {
			return nil, err
		}
		if err = s.settled(ctx, conn, settings); err == nil {
			return conn, nil
		}
		hangUp(conn)
		if err != errAstray || try == 5 {
			return nil, err
		}
	}
}

// hangUp closes a connection. One that listens must not while a pooler still gives it notifications:
// see errAstray.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if !conn.IsClosed() {
		_, _ = conn.Exec(ctx, `UNLISTEN *`)
	}
	conn.Close(ctx)
}

// probe finds out whether there is a pooler, before anything depends on it.
func (s *postgresStore) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := s.dial(ctx, s.durable(false))
	if err != nil {
		return err
	}
	defer hangUp(conn)
	if !s.pooled.Load() {
		return nil
	}
	s.log.Info("PostgreSQL is reached through a pooler")
	_, err = conn.Exec(ctx, `BEGIN; COMMIT`) // which one that pools statements refuses
	return err
}

// explain says what an operator can do about a pooler's refusal.
func explain(err error) error {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return err
	}
	switch {
	case strings.Contains(said.Message, "unsupported startup parameter"):
		return fmt.Errorf("%w: the pooler does not pass this on; take it out of the address, "+
			"or set it for the database's user (ALTER ROLE … SET …)", err)
	case strings.Contains(said.Message, "statement pooling mode"), strings.Contains(said.Message, "statement pool"):
		return fmt.Errorf("%w: the pooler must pool sessions or transactions (pool_mode), "+
			"since decisions are recorded in transactions", err)
	}
	return err
}

// prove has the listener told of something by another connection. What it hears proves that NOTIFY reaches it.
func (s *postgresStore) prove(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if _, err := s.db.ExecContext(ctx, `SELECT pg_notify($1, $2)`, pgHere, token); err != nil {
		s.log.Debug("whether PostgreSQL tells of new decisions is not known yet", "error", err)
	}
}

// hears is called when it is known whether the listener hears what other servers do.
func (s *postgresStore) hears(yes bool) {
	if s.heard.Swap(yes) != yes && !yes {
		nudge(s.deaf)
	}
}

// look wakes the subscribers of sessions that have grown, while nothing tells of that, until ctx ends.
func (s *postgresStore) look(ctx context.Context) {
	seen := map[string]int64{} // the seq of each session at the last look
	failing := false
	for wait := time.Duration(lookEvery); ; {
		var later <-chan time.Time
		if !s.heard.Load() {
			later = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.deaf:
			continue
		case <-later:
		}
		began := time.Now()
		grown, err := s.grown(ctx, seen, s.hub.sessions())
		if err != nil {
			if !failing && ctx.Err() == nil {
				s.log.Warn("PostgreSQL cannot be asked for new decisions of other servers", "error", err)
			}
			failing, wait = true, min(2*wait, retryMax)
			continue
		}
		failing, seen = false, grown
		wait = max(lookEvery, 4*time.Since(began)) // a fifth of the time at most
	}
}

// grown returns the seq of each session, and wakes the subscribers of those that were not seen at it.
func (s *postgresStore) grown(ctx context.Context, seen map[string]int64, sessions []string) (map[string]int64, error) {
	now := make(map[string]int64, len(sessions))
	for len(sessions) > 0 {
		some := sessions[:min(len(sessions), lookMost)]
		sessions = sessions[len(some):]
		rows, err := s.pool.Query(ctx, pgLook, some)
		if err != nil {
			return seen, err
		}
		for rows.Next() {
			var id string
			var seq int64
			if err := rows.Scan(&id, &seq); err != nil {
				rows.Close()
				return seen, err
			}
			now[id] = seq
		}
		if err := rows.Err(); err != nil {
			return seen, err
		}
	}
	for id, seq := range now {
		if was, ok := seen[id]; !ok || was != seq {
			s.hub.wake(id)
		}
	}
	return now, nil
}

const pgLook = `SELECT g.id, coalesce((SELECT max(d.seq) FROM decisions d WHERE d.session = g.id), 0)
	FROM unnest($1::text[]) AS g(id)`
