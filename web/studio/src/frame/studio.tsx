// This file shows the frame around every view, and the view that the address names.

import { HoldfastError } from "@holdfast/web";
import { replicaCodes } from "@holdfast/web/replica";
import type { ComponentChildren } from "preact";
import { lazy, Suspense } from "preact/compat";
import { useEffect, useErrorBoundary, useRef } from "preact/hooks";
import { Play } from "../act/play.js";
import { announced, desk, engine, failure, moduleDigest, route } from "../app/app.js";
import { address, type Route, type View } from "../app/route.js";
import { short } from "../bundle/words.js";
import { Catalog } from "../pages/catalog.js";
import { Home } from "../pages/home.js";
import { Rules } from "../pages/rules.js";
import { Icon } from "../parts/icons.js";
import { troubleOf } from "../parts/trouble.js";
import type { Desk } from "../session/desk.js";
import { Failure } from "./failure.js";
import { Keys, listenForKeys } from "./keys.js";
import { Theme } from "./theme.js";

const Edit = lazy(() => import("../edit/edit.js").catch(missing));

const views: readonly (readonly [View, string])[] = [
  ["play", "Act"],
  ["rules", "Rules"],
  ["edit", "Edit"],
];

/** The editor is a script of its own, and the server may be away by the time it is asked for. */
function missing(cause: unknown): never {
  throw new HoldfastError(replicaCodes.unreachable, "The editor could not be loaded: the server does not answer.", {
    cause,
  });
}

export function Studio() {
  const at = route.value;
  const shown = at.page === "session" || at.page === "local" ? desk.value : undefined;
  const keys = useRef<HTMLDialogElement>(null);
  const help = (): void => keys.current?.showModal();
  useEffect(() => listenForKeys(help), []);
  useEffect(() => {
    document.title = shown === undefined ? "Holdfast studio" : `${nameOf(shown)} · Holdfast studio`;
  }, [shown]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        To the content
      </a>
      <header class="top">
        <Brand />
        {shown !== undefined && <Where at={at} desk={shown} />}
        <div class="tools">
          <Theme />
          <button
            type="button"
            class="icon-button"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={help}
          >
            <Icon name="keys" size={18} />
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Safe key={address(at)}>
          {failure.value === undefined ? <Page at={at} desk={shown} /> : <Failure {...failure.value} />}
        </Safe>
      </main>
      <Foot />
      <p class="hidden" role="status" aria-live="polite">
        {announced.value}
      </p>
      <Keys dialog={keys} />
    </>
  );
}

function nameOf({ info }: Desk): string {
  return info.title || info.bundle;
}

function Brand() {
  return (
    <a class="brand" href={address({ page: "home" })}>
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M10 8v16M22 8v16M10 16h12" />
        <circle cx="16" cy="16" r="3.6" />
      </svg>
      <span>
        Holdfast <em>studio</em>
      </span>
    </a>
  );
}

/** Which session is shown, and the ways to look at it. */
function Where({ at, desk: { info, id, local } }: { at: Route; desk: Desk }) {
  if (at.page !== "session" && at.page !== "local") return null;
  return (
    <>
      <p class="where">
        <span class="id">
          {info.bundle}@{info.version}
        </span>
        <span class="session">{local ? "this page only" : id}</span>
      </p>
      <nav aria-label="Views">
        {views.map(([view, name]) => (
          <a key={view} href={address({ ...at, view })} aria-current={at.view === view ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
    </>
  );
}

/** The page that the address names. */
function Page({ at, desk }: { at: Route; desk: Desk | undefined }) {
  if (engine.value === undefined) return <p class="boot">The module is loading.</p>;
  if (at.page === "home") return <Home />;
  if (at.page === "catalog") return <Catalog key={at.digest} digest={at.digest} />;
  if (desk === undefined) return <p class="boot">The session is being decided again, from its beginning.</p>;
  if (at.view === "rules") return <Rules desk={desk} />;
  if (at.view === "play") return <Play desk={desk} key={desk.id + desk.info.digest + desk.origin} />;
  return (
    <Suspense fallback={<p class="boot">The editor is loading.</p>}>
      <Edit desk={desk} key={desk.info.digest} />
    </Suspense>
  );
}

function Foot() {
  const digest = moduleDigest.value;
  return (
    <footer class="bottom">
      {digest !== "" && (
        <p>
          Decided by the module <code title={digest}>{short(digest)}</code>, here and on the server.
        </p>
      )}
      <p>
        <a href="notices.txt">Notices</a> and <a href="licences.txt">licences</a>
      </p>
    </footer>
  );
}

/** Shows what went wrong in a view, instead of nothing at all. */
function Safe({ children }: { children: ComponentChildren }) {
  const [error] = useErrorBoundary();
  return error === undefined ? <>{children}</> : <Failure {...troubleOf(error)} />;
}
