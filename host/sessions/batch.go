package sessions

// This file defines batch, decisions of a session that are recorded together.

import (
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// batch is what was decided and is not recorded yet.
type batch struct {
	rows     []ledger.Row
	verdicts []string       // of rows
	about    ledger.Session // where the session is after them
	at       int64          // its time then
}

// decide decides a proposal and adds the decision, which is read and hashed here, once.
func (b *batch) decide(session host.Session, src []byte, key string) (*host.Decision, error) {
	bytes, err := session.Decide(src)
	if err != nil {
		return nil, err
	}
	decision, err := host.Read(bytes)
	if err != nil {
		return nil, err
	}
	row := ledger.NewRow(b.about.ID, decision.Seq, decision.Prev, bytes, key)
	b.rows, b.verdicts = append(b.rows, row), append(b.verdicts, decision.Verdict)
	b.about.Seq, b.about.Head, b.at = row.Seq, row.Digest, max(b.at, decision.At)
	return decision, nil
}

func readHead(session host.Session) (host.Head, error) {
	head, err := session.Head()
	if err != nil {
		return host.Head{}, err
	}
	return host.ReadHead(head)
}
