// This file says what vitest.js exports.

/** A plugin for Vite, which has Vitest import the worker quickly. */
export const wasm: { readonly name: string; readonly enforce: "pre" };

/** What Miniflare has to be told besides: `cloudflareTest({ wrangler, miniflare })`. */
export const miniflare: { readonly serviceBindings: Record<string, { disk: { path: string; writable: boolean } }> };
