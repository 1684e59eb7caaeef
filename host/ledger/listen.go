//go:build !js

package ledger

// This file hears from PostgreSQL which sessions other servers have appended to.

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	quiet    = 30 * time.Second      // without a word, then the connection is tried
	unsure   = 5 * time.Second       // without a word from oneself, then the operator is told
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
	s.silent.Go(func() { s.look(ctx) })
	s.silent.Go(func() {
		for ctx.Err() == nil {
			if conn != nil {
				err = s.hear(ctx, conn)
				s.hears(false)
				hangUp(conn)
				if ctx.Err() != nil {
					return
				}
				s.log.Warn("PostgreSQL no longer tells of new decisions, connecting again", "error", err)
			}
			conn = s.listenAgain(ctx)
			s.hub.wakeAll() // of what was appended meanwhile, nothing was told
		}
	})
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

// listener returns a connection that is told of every append from now on, unless a pooler is in
// between.
func (s *postgresStore) listener(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := s.dial(ctx, s.durable(false))
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `LISTEN `+pgChannel+`; LISTEN `+pgHere); err != nil {
		hangUp(conn)
		return nil, err
	}
	s.hears(!s.pooled.Load())
	return conn, nil
}

// hear wakes subscribers until the connection fails or ctx ends. Behind a pooler it is not known at
// first whether anything is told here at all: only what is heard of oneself proves that.
func (s *postgresStore) hear(ctx context.Context, conn *pgx.Conn) error {
	token, told := rand.Text(), false
	for {
		patience := quiet
		if !s.heard.Load() {
			s.prove(ctx, token)
			if !told {
				patience = unsure
			}
		}
		n, err := s.next(ctx, conn, patience)
		switch {
		case err == nil && n.Channel == pgHere:
			if n.Payload == token {
				s.hears(true)
			}
		case err == nil && n.PID != s.pid.Load(): // this process has woken its own already
			s.told(n)
		case err != nil && (ctx.Err() != nil || !pgconn.Timeout(err)):
			return err
		case err != nil:
			if !s.heard.Load() && !told {
				told = true
				s.log.Warn("the pooler before PostgreSQL passes no notifications on, as one that pools transactions does not: "+
					"decisions of other servers are looked for, and so are heard of later; "+
					"an address without it, or one that pools sessions, saves that", "every", lookEvery)
			}
			wait, cancel := context.WithTimeout(ctx, connectTimeout)
			err = conn.Ping(wait)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}

// next waits for a notification.
func (s *postgresStore) next(
	ctx context.Context, conn *pgx.Conn, patience time.Duration,
) (*pgconn.Notification, error) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return conn.WaitForNotification(wait)
}

// told wakes the subscribers of the sessions that a notification names.
func (s *postgresStore) told(n *pgconn.Notification) {
	if n.Channel != pgChannel {
		return
	}
	for _, session := range strings.Split(n.Payload, "\n") {
		s.hub.wake(session)
	}
}
