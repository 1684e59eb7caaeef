package sessions

// This file reads where a session is: how many decisions it has, its time, and what waits in it.

import (
	"math"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
)

// never is when nothing is due.
const never = math.MaxInt64

// place is where a session is, as its view says.
type place struct {
	Seq   int64
	At    int64
	Prev  string
	Holds []struct{ Seq, Expires int64 }
}

// due is when the first of what waits is due.
func (p *place) due() int64 {
	due := int64(never)
	for _, waits := range p.Holds {
		due = min(due, waits.Expires)
	}
	return due
}

func readPlace(session host.Session) (p place, err error) {
	view, err := session.View()
	if err == nil {
		err = json.Unmarshal(view, &p)
	}
	return p, err
}
