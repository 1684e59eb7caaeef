package pgtest

// This file starts PgBouncer before the shared server, as many a PostgreSQL is reached.

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Pool modes of PgBouncer: how long a client keeps a connection of the server.
const (
	PoolSession     = "session"
	PoolTransaction = "transaction"
	PoolStatement   = "statement"
)

// pooler is a running PgBouncer.
type pooler struct {
	folder  string
	process *program
}

// poolers are those that the tests share, by mode.
var poolers = struct {
	mu     sync.Mutex
	byMode map[string]*pooler
}{byMode: map[string]*pooler{}}

// pgbouncer returns the program.
var pgbouncer = sync.OnceValues(func() (string, error) {
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} { // Debian's folder is not on every PATH
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("PgBouncer is missing: PATH does not have pgbouncer (apt-get install pgbouncer)")
})

// Pooled returns an address of the same database that leads through PgBouncer in this mode. The
// database is one of Database's, so Main must run the tests.
func Pooled(tb testing.TB, address, mode string) string {
	tb.Helper()
	program, err := pgbouncer()
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE") == "1" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	if shared == nil {
		tb.Fatal("pgtest.Pooled is for databases of pgtest.Database, under pgtest.Main")
	}
	poolers.mu.Lock()
	defer poolers.mu.Unlock()
	p := poolers.byMode[mode]
	if p == nil {
		p = &pooler{folder: filepath.Join(folder, mode)}
		if err := p.start(program, mode); err != nil {
			tb.Fatal(err)
		}
		poolers.byMode[mode] = p
	}
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	return p.address(u.Path)
}

func (p *pooler) address(path string) string {
	query := url.Values{"host": {p.folder}, "port": {"6432"}, "user": {"postgres"}}
	return (&url.URL{Scheme: "postgres", Path: path, RawQuery: query.Encode()}).String()
}

// start starts PgBouncer with its own defaults, but for where it listens and what it connects to.
func (p *pooler) start(path, mode string) error {
	if err := os.Mkdir(p.folder, 0o700); err != nil {
		return err
	}
	if c := shared.cred.Credential; c != nil { // PgBouncer refuses to be root too
		if err := os.Chown(p.folder, int(c.Uid), int(c.Gid)); err != nil {
			return err
		}
	}
	users, config := filepath.Join(p.folder, "users"), filepath.Join(p.folder, "pgbouncer.ini")
	if err := os.WriteFile(users, []byte("\"postgres\" \"\"\n"), 0o644); err != nil {
		return err
	}
	size := map[string]int{PoolSession: 60}[mode] // of each database; fewer than clients where they are shared
	text := fmt.Sprintf("[databases]\n* = host=%s\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = %s\n"+
		"auth_type = trust\nauth_file = %s\npool_mode = %s\ndefault_pool_size = %d\nmax_client_conn = 1000\n",
		shared.data, p.folder, users, mode, max(size, 4))
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return err
	}
	process := exec.Command(path, config)
	process.Dir, process.SysProcAttr = p.folder, dieWithMe(shared.cred)
	p.process = &program{name: "PgBouncer", process: process, output: filepath.Join(p.folder, "output")}
	return p.process.start(p.address("/postgres"))
}

// stop ends it at once.
func (p *pooler) stop() {
	_ = p.process.process.Process.Kill()
	<-p.process.ended
}
