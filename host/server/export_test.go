package server

// This file shows tests what the package keeps to itself.

import (
	"time"

	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

// Route is an entry of the table of routes.
type Route struct {
	Method, Path string
	Open, Costs  bool
	Body         int64 // bytes it takes; 0 for no body
}

// Routes is the table of routes.
func Routes() (out []Route) {
	for _, r := range new(api).table() {
		out = append(out, Route{r.method, r.path, r.open, r.costs, r.body})
	}
	return out
}

// Hurry makes the server impatient, before it serves. 0 leaves a time as it is.
func (s *Server) Hurry(header, body, write, drain, beat time.Duration) {
	set := func(field *time.Duration, d time.Duration) {
		if d != 0 {
			*field = d
		}
	}
	set(&s.api.pace.header, header)
	set(&s.api.pace.body, body)
	set(&s.api.pace.write, write)
	set(&s.api.pace.drain, drain)
	set(&s.api.pace.beat, beat)
}

// EndNothing has what is due wait until expire is proposed, or ends that.
func (s *Server) EndNothing(still bool) { s.Sessions.Pause(still) }

// Status is the status of a code's problems.
func Status(code string) int { return problem.New(code, "").Status }

// OpenAPI is the description as it is written.
func OpenAPI() []byte { return openapiYAML }

// Limits that tests go to.
const (
	MaxTurns  = sessions.MaxTurns
	MaxMissed = sessions.MaxMissed
	Snapshots = sessions.SnapshotEvery
)
