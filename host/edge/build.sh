#!/usr/bin/env bash
# host/edge/build.sh   build the worker into dist/edge/; dist/holdfast.wasm and web/dist are built before
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=dist/edge
mkdir -p $out/assets

# The JavaScript side of Go's syscall/js, as syumai/workers wants it, and the program.
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
go run github.com/syumai/workers/cmd/workers-assets-gen -mode=go -o "$work" 2>/dev/null
cp "$work/wasm_exec.js" $out/wasm_exec.js
GOOS=js GOARCH=wasm go build -trimpath -buildvcs=false -ldflags="-s -w" -o $out/program.wasm ./host/edge

cp host/edge/{holdfast.d.ts,vitest.js,vitest.d.ts} $out/
cp host/edge/package.dist.json $out/package.json
cp dist/holdfast.wasm $out/holdfast.wasm
cp dist/holdfast.wasm $out/assets/holdfast.wasm # what browsers are given
digest=sha256:$(sha256sum dist/holdfast.wasm | cut -d' ' -f1)
size=$(stat -c %s dist/holdfast.wasm 2>/dev/null || stat -f %z dist/holdfast.wasm)
web/node_modules/.bin/esbuild host/edge/holdfast.js --bundle --format=esm --target=es2022 \
  --external:cloudflare:workers --log-level=warning \
  --define:MODULE_DIGEST="\"$digest\"" --define:MODULE_BYTES="$size" --outfile=$out/holdfast.js
GOOS=js GOARCH=wasm go build -trimpath -buildvcs=false -ldflags="-s -w" -o $out/example-go.wasm ./host/edge/example/go
