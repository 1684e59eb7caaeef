"use client";
import { useEffect } from "react";
import { start } from "../page.js";

export function Door({ server }) {
  useEffect(start, []);
  return (
    <main>
      <output>{server}</output>
      <button id="enter" data-gate="enter" disabled>Enter</button>
      <button id="unlock" data-gate="unlock" disabled>Unlock</button>
    </main>
  );
}
