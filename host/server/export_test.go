package server

// This file shows tests what the package keeps to itself.

import "time"

// Route is an entry of the table of routes.
type Route struct {
	Method, Path string
	Open, Costs  bool
	Body         int64 // bytes it takes; 0 for no body
}

// Routes is the table of routes.
func Routes() (out []Route) {
	for _, r := range new(Server).table() {
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
	set(&s.pace.header, header)
	set(&s.pace.body, body)
	set(&s.pace.write, write)
	set(&s.pace.drain, drain)
	set(&s.pace.beat, beat)
}

// EndNothing has what is due wait until expire is proposed, or ends that.
func (s *Server) EndNothing(still bool) { s.still.Store(still) }

// Status is the status of a code's problems.
func Status(code string) int { return refuse(code, "").Status }

// OpenAPI is the description as it is written.
func OpenAPI() []byte { return openapiYAML }

// Limits that tests go to.
const (
	MaxTurns  = maxTurns
	MaxMissed = maxMissed
	Snapshots = snapshotEvery
)
