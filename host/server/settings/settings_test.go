package settings_test

// This file holds settings to what serve and the worker read, and what is said of them.

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/holdfast-rt/holdfast/host/server/settings"
)

// flags reads settings as serve does.
func flags(t *testing.T, args ...string) settings.Settings {
	t.Helper()
	var s settings.Settings
	parser, err := kong.New(&s, kong.Vars(settings.Help), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return s
}

// values are one of each setting, by its variable.
var values = map[string]string{
	"HOLDFAST_KEYS": "k", "HOLDFAST_AUDIENCE": "a", "HOLDFAST_ISSUER": "i", "HOLDFAST_KIND_CLAIM": "kc",
	"HOLDFAST_ID_CLAIM": "ic", "HOLDFAST_ROLES_CLAIM": "rc", "HOLDFAST_SESSIONS_CLAIM": "sc",
	"HOLDFAST_ORIGINS": "https://a.example https://b.example", "HOLDFAST_TRUST": "t", "HOLDFAST_SIGN": "s",
	"HOLDFAST_RATE": "1.5", "HOLDFAST_BURST": "2", "HOLDFAST_SESSIONS_PER_ACTOR": "3", "HOLDFAST_OPEN_SESSIONS": "4",
	"HOLDFAST_SKEW": "5s",
}

func TestServeAndWorkerReadTheSame(t *testing.T) {
	nothing, err := settings.Read(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if serve := flags(t); !reflect.DeepEqual(serve, nothing) || serve.Rate != 50 || serve.Skew != time.Minute {
		t.Errorf("defaults: serve has %+v, the worker %+v", serve, nothing)
	}
	var asked []string
	worker, err := settings.Read(func(name string) string {
		asked = append(asked, name)
		return values[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		t.Setenv(name, value)
	}
	if serve := flags(t); !reflect.DeepEqual(serve, worker) {
		t.Errorf("serve has %+v, the worker %+v", serve, worker)
	}
	if !slices.Equal(asked, settings.Names()) || len(asked) != len(values) {
		t.Errorf("the worker asks for %v, and there are %v", asked, settings.Names())
	}
	all := reflect.ValueOf(worker)
	for _, field := range reflect.VisibleFields(all.Type()) {
		if !field.Anonymous && all.FieldByIndex(field.Index).IsZero() {
			t.Errorf("%s was not read", field.Name)
		}
	}
	three := flags(t, "--origin", "https://c.example", "--origin=https://d.example,https://e.example")
	if len(three.Origin) != 3 {
		t.Errorf("origins: %q", three.Origin)
	}
}

func TestWrongSettings(t *testing.T) {
	for name, value := range map[string]string{
		"HOLDFAST_RATE": "secret", "HOLDFAST_BURST": "1.5", "HOLDFAST_SKEW": "5",
	} {
		_, err := settings.Read(func(asked string) string {
			if asked == name {
				return value
			}
			return ""
		})
		var wrong *settings.Wrong
		if !errors.As(err, &wrong) || wrong.Name != name || wrong.Value != value || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	itself := func(value string) ([]byte, error) { return []byte(value), nil }
	for _, s := range []settings.Settings{
		{Callers: settings.Callers{Keys: "secret"}}, {Signatures: settings.Signatures{Trust: "secret"}},
		{Signatures: settings.Signatures{Sign: "secret"}},
	} {
		_, err := s.Options(slog.Default(), itself)
		if !errors.As(err, new(*settings.Wrong)) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
	missing := errors.New("no such file")
	s := settings.Settings{Signatures: settings.Signatures{Trust: "a"}}
	if _, err := s.Options(nil, func(string) ([]byte, error) { return nil, missing }); !errors.Is(err, missing) {
		t.Errorf("%v", err)
	}
}

func TestNoLimit(t *testing.T) {
	o, err := new(settings.Settings).Options(nil, nil)
	if err != nil || o.Rate >= 0 || o.SessionsPerActor >= 0 || o.Identity != nil {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestEverySettingIsDescribed holds the worker's page to the settings: serve's help is made of them.
func TestEverySettingIsDescribed(t *testing.T) {
	page, err := os.ReadFile("../../edge/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range settings.Names() {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("host/edge/README.md does not name %s", name)
		}
	}
}
