package faults

// This file takes rows out of a ledger whose server is stopped.

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
)

// What is missing is missed wherever something else that is stored shows that it was there.
// The end of a log may go unseen: for that there are signed heads.
func TestMissing(t *testing.T) {
	t.Parallel()
	o := write(t, random(t), 2) // sessions of 70 decisions or more, with a snapshot after 64
	for what, test := range map[string]struct {
		statement string
		want      verdict
	}{
		"a decision in the middle": {`DELETE FROM decisions WHERE session = 's-1-0' AND seq = 30`, failure},
		"the first decision":       {`DELETE FROM decisions WHERE session = 's-1-0' AND seq = 1`, failure},
		"what a snapshot was of":   {`DELETE FROM decisions WHERE session = 's-1-0' AND seq > 40`, failure},
		"the whole log":            {`DELETE FROM decisions WHERE session = 's-1-0'`, failure},
		"what came after it":       {`DELETE FROM decisions WHERE session = 's-1-0' AND seq > 66`, shorter},
		"the bundle":               {`DELETE FROM documents WHERE name = 'spektre'`, failure},
		"two that changed places": {`UPDATE decisions SET seq = -1 WHERE session = 's-1-0' AND seq = 10;
			UPDATE decisions SET seq = 10 WHERE session = 's-1-0' AND seq = 11;
			UPDATE decisions SET seq = 11 WHERE session = 's-1-0' AND seq = -1`, failure},
		"the log of another": {`DELETE FROM decisions WHERE session = 's-1-0'; UPDATE decisions SET session = 's-1-0' ` +
			`WHERE session = 's-1-1'`, failure},
		"the snapshot": {`DELETE FROM snapshots WHERE session = 's-1-0'`, same},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "holdfast.db")
			if err := os.WriteFile(path, o.file, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(`DROP TRIGGER decisions_keep; DROP TRIGGER decisions_stay; DROP TRIGGER documents_stay; ` +
				`PRAGMA ignore_check_constraints = 1; ` + test.statement); err != nil {
				t.Fatal(err)
			}
			db.Close()
			url, stop, err := inside(t, path, server.Options{}, ledger.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			if got := o.session(t, url, "s-1-0"); got != test.want {
				status, _, body, _ := try("GET", url+"/v1/sessions/s-1-0", nil)
				t.Errorf("the session gives %s, and should %s: %d %s", got, test.want, status, body)
			}
			if other := o.session(t, url, "s-0-0"); other != same {
				t.Errorf("another session gives %s", other)
			}
		})
	}
}
