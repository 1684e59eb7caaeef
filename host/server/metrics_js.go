package server

// This file counts nothing: on the edge, where this is built for, the platform counts
// requests, and an object that lives for a minute has no numbers worth asking for.

type metrics struct {
	requests, decisions, problems, append, conflicts, corrupt, open, streams uncounted
}

type uncounted struct{}

func (u uncounted) WithLabelValues(...string) uncounted { return u }
func (uncounted) Observe(float64)                       {}
func (uncounted) Set(float64)                           {}
func (uncounted) Inc()                                  {}
func (uncounted) Dec()                                  {}

func newMetrics() *metrics { return &metrics{} }

// scrape answers GET /metrics: there are none.
func (s *Server) scrape(c *call) error {
	return refuse(CodePath, "nothing is counted here: the platform does")
}
