//go:build !js

package ledger

// This file hears from PostgreSQL which sessions other servers have appended to.

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	quiet    = 30 * time.Second      // without a word, then the connection is tried
	retryMin = 50 * time.Millisecond // between attempts to connect, doubled each time
	retryMax = 2000 * time.Millisecond
)

// listen connects, and keeps subscribers woken until stop is called.
func (s *postgresStore) listen(ctx context.Context) error {
	conn, err := s.listener(ctx)
	if err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(context.Background())
	s.silent = make(chan struct{})
	go func() {
		defer close(s.silent)
		for ctx.Err() == nil {
			if conn != nil {
				err = s.hear(ctx, conn)
				conn.Close(context.Background())
				if ctx.Err() != nil {
					return
				}
				s.log.Warn("PostgreSQL no longer tells of new decisions, connecting again", "error", err)
			}
			conn = s.listenAgain(ctx)
			s.hub.wakeAll() // what was appended meanwhile, nobody told
		}
	}()
	return nil
}

// listenAgain connects, however long that takes; nil when ctx has ended.
func (s *postgresStore) listenAgain(ctx context.Context) *pgx.Conn {
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		if conn, err := s.listener(ctx); err == nil {
			return conn
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// listener returns a connection that is told of every append from now on.
func (s *postgresStore) listener(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `LISTEN `+pgChannel); err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// hear wakes subscribers until the connection fails or ctx ends.
func (s *postgresStore) hear(ctx context.Context, conn *pgx.Conn) error {
	for {
		wait, cancel := context.WithTimeout(ctx, quiet)
		n, err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case err == nil && n.PID != s.pid.Load(): // this process has woken its own already
			for _, session := range strings.Split(n.Payload, "\n") {
				s.hub.wake(session)
			}
		case err != nil && (ctx.Err() != nil || !pgconn.Timeout(err)):
			return err
		case err != nil:
			wait, cancel := context.WithTimeout(ctx, connectTimeout)
			err = conn.Ping(wait)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}
