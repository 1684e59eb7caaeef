package ledger

// This file defines objectDriver, the least of database/sql/driver that the ledger's
// statements need, over the database of a Durable Object.

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"syscall/js"
)

var (
	_ driver.Connector      = (*objectDriver)(nil)
	_ driver.QueryerContext = (*objectDriver)(nil)
	_ driver.ExecerContext  = (*objectDriver)(nil)
)

// objectDriver is connector, driver and connection: there is nothing to connect.
type objectDriver struct {
	store  *objectStore
	inside bool // a transaction holds the store already
}

var errNotSupported = errors.New("ledger: not offered by a Durable Object")

func (d *objectDriver) Connect(context.Context) (driver.Conn, error) { return d, nil }
func (d *objectDriver) Driver() driver.Driver                        { return d }
func (d *objectDriver) Open(string) (driver.Conn, error)             { return d, nil }
func (d *objectDriver) Prepare(string) (driver.Stmt, error)          { return nil, errNotSupported }
func (d *objectDriver) Begin() (driver.Tx, error)                    { return nil, errNotSupported }
func (d *objectDriver) Close() error                                 { return nil }

// ExecContext runs a statement, or several without parameters.
func (d *objectDriver) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	answer, err := d.exec(query, args)
	if err != nil {
		return nil, err
	}
	return driver.RowsAffected(answer.Get("written").Int()), nil
}

// QueryContext runs a statement and reads all of its rows.
func (d *objectDriver) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	answer, err := d.exec(query, args)
	if err != nil {
		return nil, err
	}
	r := &objectRows{rows: answer.Get("rows")}
	r.left = r.rows.Length()
	columns := answer.Get("columns")
	for i := range columns.Length() {
		r.columns = append(r.columns, columns.Index(i).String())
	}
	return r, nil
}

// numbered are the ledger's parameters, $1, which SQLite would take for names: ?1 is by number.
var numbered = regexp.MustCompile(`\$(\d)`)

func (d *objectDriver) exec(query string, args []driver.NamedValue) (answer js.Value, err error) {
	if !d.inside {
		d.store.mu.Lock()
		defer d.store.mu.Unlock()
	}
	defer thrown(&err)
	parameters := make([]any, len(args))
	for i, a := range args {
		switch v := a.Value.(type) {
		case []byte:
			parameters[i] = js.Null()
			if v != nil {
				b := js.Global().Get("Uint8Array").New(len(v))
				js.CopyBytesToJS(b, v)
				parameters[i] = b.Get("buffer")
			}
		default:
			parameters[i] = v
		}
	}
	return d.store.object.Call("exec", numbered.ReplaceAllString(query, "?$1"), parameters), nil
}

// objectRows are rows that were read.
type objectRows struct {
	columns []string
	rows    js.Value
	next    int
	left    int
}

func (r *objectRows) Columns() []string { return r.columns }
func (r *objectRows) Close() error      { return nil }

func (r *objectRows) Next(to []driver.Value) error {
	if r.next == r.left {
		return io.EOF
	}
	row := r.rows.Index(r.next)
	r.next++
	for i := range to {
		switch v := row.Index(i); v.Type() {
		case js.TypeNull:
			to[i] = nil
		case js.TypeString:
			to[i] = v.String()
		case js.TypeNumber:
			f := v.Float()
			if f != math.Trunc(f) {
				return fmt.Errorf("ledger: %v in a column of integers", f)
			}
			to[i] = int64(f)
		case js.TypeObject: // an ArrayBuffer
			view := js.Global().Get("Uint8Array").New(v)
			b := make([]byte, view.Length())
			js.CopyBytesToGo(b, view)
			to[i] = b
		default:
			return fmt.Errorf("ledger: a %s in a column", v.Type())
		}
	}
	return nil
}
