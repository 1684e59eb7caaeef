// This file says which Chromium tests run, and with which flags.

import { existsSync } from "node:fs";

export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Says what is missing where there is no Chromium; undefined where there is one. */
export function missing() {
  if (existsSync(executablePath)) return undefined;
  return `no Chromium at ${executablePath}: install Debian's package chromium, or name another with CHROMIUM=`;
}
