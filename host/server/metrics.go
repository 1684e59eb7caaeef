//go:build !js

package server

// This file defines what the server counts, for Prometheus.

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.HistogramVec
	decisions *prometheus.CounterVec
	problems  *prometheus.CounterVec
	append    prometheus.Histogram
	conflicts prometheus.Counter
	corrupt   prometheus.Counter
	open      prometheus.Gauge
	listening prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "holdfast_request_seconds", Help: "Time to answer a request, by method, route and status.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}, []string{"method", "route", "status"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holdfast_decisions_total", Help: "Decisions recorded, by verdict.",
		}, []string{"verdict"}),
		problems: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holdfast_problems_total", Help: "Requests refused, by the problem's code.",
		}, []string{"code"}),
		append: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "holdfast_append_seconds", Help: "Time until decisions were durable.",
			Buckets: prometheus.ExponentialBuckets(0.0002, 2, 15),
		}),
		conflicts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "holdfast_conflicts_total", Help: "Times another server had recorded first, and proposals were decided anew.",
		}),
		corrupt: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "holdfast_corrupt_total", Help: "Sessions found not to be what was written. Anything over 0 needs a person.",
		}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "holdfast_open_sessions", Help: "Sessions in memory.",
		}),
		listening: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "holdfast_streams", Help: "Event streams held open.",
		}),
	}
	m.registry.MustRegister(m.requests, m.decisions, m.problems, m.append, m.conflicts, m.corrupt, m.open, m.listening,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// page answers with what was counted.
func (m *metrics) page() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Open, Append, Conflict, Corrupt and Count count for package sessions.
func (m *metrics) Open(sessions int)         { m.open.Set(float64(sessions)) }
func (m *metrics) Append(took time.Duration) { m.append.Observe(took.Seconds()) }
func (m *metrics) Conflict()                 { m.conflicts.Inc() }
func (m *metrics) Corrupt()                  { m.corrupt.Inc() }
func (m *metrics) Count(verdict string)      { m.decisions.WithLabelValues(verdict).Inc() }
