import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { miniflare, wasm } from "@holdfast/edge/vitest";
import { defineConfig } from "vitest/config";

const bindings = { HOLDFAST_TRUSTING: "development only: everyone is believed" };

export default defineConfig({
  plugins: [
    wasm, // the worker is imported in a second, and not in half a minute
    cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" }, miniflare: { ...miniflare, bindings } }),
  ],
});
