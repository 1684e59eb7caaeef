// This file draws the icons: one for each verdict, and those of buttons. What an icon says is beside it in words, too.

import type { Verdict } from "@holdfast/web";

const paths: Record<string, string> = {
  commit: "M5 12.5l4.5 4.5L19 7.5",
  hold: "M9 6v12M15 6v12",
  rewrite: "M4 20h4L19 9l-4-4L4 16zM13.5 6.5l4 4",
  reject: "M7 7l10 10M17 7L7 17",
  revert: "M9 5L4 10l5 5M4 10h10a5 5 0 010 10h-3",
  halt: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM8 12h8",
  escalate: "M12 3l10 18H2zM12 10v4.5M12 17.6v.4",
  stall: "M12 21a9 9 0 100-18 9 9 0 000 18zM9.6 9.2a2.5 2.5 0 114 2.6c-1 .7-1.6 1.2-1.6 2.4M12 17.2v.3",
  freeze: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9",
  open: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 8v4.5l3 2",
  same: "M4 9h16M4 15h16",
  sun:
    "M12 16.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2" +
    "M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z",
  auto: "M12 3a9 9 0 100 18zM12 21a9 9 0 000-18",
  keys: "M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 14.5h8",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18",
  branch: "M7 4v16M7 14c0-4 10-2 10-7M17 4v3M4.5 4h5",
  play: "M7 4.5v15l12-7.5z",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5.5l3.5 2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3",
  away: "M3 3l18 18M8.5 16.5a5 5 0 017 0M5 13a10 10 0 014-2.3M19 13a10 10 0 00-6-2.9",
};

/** An icon that says nothing on its own. */
export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  return (
    <svg
      class={`icon icon-${name}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={paths[name] ?? ""}
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A verdict: an icon, its word, its colour. */
export function VerdictMark({ verdict, say }: { verdict: Verdict | "open"; say?: string }) {
  return (
    <span class={`verdict v-${verdict}`}>
      <Icon name={verdict} size={14} />
      {say ?? verdict}
    </span>
  );
}
