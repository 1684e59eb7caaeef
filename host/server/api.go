package server

// This file defines api, what the handlers of all routes use.

import (
	"context"
	"log/slog"
	"time"

	"github.com/holdfast-rt/holdfast/host/server/limit"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

type api struct {
	options   Options
	keeper    *sessions.Keeper
	log       *slog.Logger
	now       func() time.Time
	rate      *limit.Rate // nil: no limit
	metrics   *metrics
	pace      pace
	listeners *listeners
	module    module
	ending    context.Context
}
