// Package pgtest gives tests a real PostgreSQL server, with fsync on, that goes away with them.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
//	address := pgtest.Database(t) // a fresh database of a server that the tests share
//
//	pgtest.Pooled(t, address, pgtest.PoolTransaction) // the same, through PgBouncer
//
//	server := pgtest.Start(t)     // a server of its own, to be restarted and killed
//	server.Restart()
//
// It uses the installed programs (initdb and postgres, of PATH or
// /usr/lib/postgresql; pgbouncer). Where there are none, tests are skipped and say so, or fail
// when HOLDFAST_REQUIRE is 1. Servers listen on a Unix socket in their folder only.
package pgtest
