// This file puts the studio into its page: the frame around every view, the keys, the theme.

import "./style/base.css";
import "./style/parts.css";
import "./style/play.css";
import "./style/pages.css";
import { render } from "preact";
import { lazy, Suspense } from "preact/compat";
import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary, useRef, useState } from "preact/hooks";
import { told } from "./server/api.js";
import {
  address,
  announced,
  api,
  desk,
  engine,
  failure,
  go,
  moduleDigest,
  route,
  start,
  type View,
} from "./app/app.js";
import { Catalog } from "./pages/catalog.js";
import { Home } from "./pages/home.js";
import { keep, kept } from "./parts/keep.js";
import { Icon } from "./parts/icons.js";
import { Play } from "./act/play.js";
import { Rules } from "./pages/rules.js";
import { short } from "./bundle/words.js";

const Edit = lazy(() => import("./edit/edit.js"));
const views: readonly (readonly [View, string])[] = [
  ["play", "Act"],
  ["rules", "Rules"],
  ["edit", "Edit"],
];
const themes = ["auto", "light", "dark"] as const;

function Studio() {
  const at = route.value;
  const now = desk.value;
  const keys = useRef<HTMLDialogElement>(null);
  const inSession = (at.page === "session" || at.page === "local") && now !== undefined;
  useEffect(() => listenForKeys(() => keys.current?.showModal()), []);
  useEffect(() => {
    document.title = `${inSession ? now.info.title || now.info.bundle : "Holdfast studio"}${inSession ? " · Holdfast studio" : ""}`;
  }, [inSession, now]);
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
        {inSession && (
          <>
            <p class="where">
              <span class="id">
                {now.info.bundle}@{now.info.version}
              </span>
              <span class="session">{now.local ? "this page only" : now.id}</span>
            </p>
            <nav aria-label="Views">
              {views.map(([view, name]) => (
                <a key={view} href={address({ ...at, view })} aria-current={at.view === view ? "page" : undefined}>
                  {name}
                </a>
              ))}
            </nav>
          </>
        )}
        <div class="tools">
          <Theme />
          <button
            type="button"
            class="icon-button"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={() => keys.current?.showModal()}
          >
            <Icon name="keys" size={18} />
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Safe key={address(at)}>
          {failure.value !== undefined ? (
            <Failure code={failure.value.code} say={failure.value.say} />
          ) : engine.value === undefined ? (
            <p class="boot">The module is loading.</p>
          ) : at.page === "home" ? (
            <Home />
          ) : at.page === "catalog" ? (
            <Catalog key={at.digest} digest={at.digest} />
          ) : now === undefined ? (
            <p class="boot">The session is being decided again, from its beginning.</p>
          ) : at.view === "rules" ? (
            <Rules desk={now} />
          ) : at.view === "edit" ? (
            <Suspense fallback={<p class="boot">The editor is loading.</p>}>
              <Edit desk={now} key={now.info.digest} />
            </Suspense>
          ) : (
            <Play desk={now} key={now.id + now.info.digest + now.origin} />
          )}
        </Safe>
      </main>
      <footer class="bottom">
        {moduleDigest.value !== "" && (
          <p>
            Decided by the module <code title={moduleDigest.value}>{short(moduleDigest.value)}</code>, here and on the
            server.
          </p>
        )}
        <p>
          <a href="notices.txt">Notices</a> and <a href="licences.txt">licences</a>
        </p>
      </footer>
      <p class="hidden" role="status" aria-live="polite">
        {announced.value}
      </p>
      <Keys dialog={keys} />
    </>
  );
}

/** Shows what went wrong in a view, instead of nothing at all. */
function Safe({ children }: { children: ComponentChildren }) {
  const [error] = useErrorBoundary();
  return error === undefined ? <>{children}</> : <Failure {...told(error)} />;
}

/** Why there is nothing to show, and what to do. */
function Failure({ code, say }: { code: string; say: string }) {
  const [token, setToken] = useState("");
  const asks = code.startsWith("auth/");
  return (
    <div class="panel failure" role="alert">
      <h1>
        {asks
          ? "This server wants to know who asks"
          : code === "server/away"
            ? "The server is away"
            : code.startsWith("load/")
              ? "The module did not load"
              : "This cannot be shown"}
      </h1>
      <p>
        {code === "auth/missing" ? "It answers to who shows a token, and to nobody else." : say}{" "}
        <span class="id">{code}</span>
      </p>
      {asks && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            api.setToken(token.trim());
            location.reload();
          }}
        >
          <div class="field">
            <label class="label" for="token">
              A bearer token, kept until this tab is closed
            </label>
            <input
              id="token"
              type="password"
              autocomplete="off"
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          </div>
          <button type="submit" class="primary">
            Use it
          </button>
        </form>
      )}
      <div class="row">
        <button type="button" class="plain" onClick={() => location.reload()}>
          Try again
        </button>
        <a class="button plain" href={address({ page: "home" })} onClick={() => (failure.value = undefined)}>
          All bundles
        </a>
      </div>
    </div>
  );
}

function Theme() {
  const [theme, setTheme] = useState<(typeof themes)[number]>(
    themes.find((theme) => theme === kept("theme")) ?? "auto",
  );
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    keep("theme", theme);
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  const icon = theme === "auto" ? "auto" : theme === "light" ? "sun" : "moon";
  return (
    <button
      type="button"
      class="icon-button"
      id="theme"
      aria-label={`Colours: ${theme}. Change to ${next}`}
      title={`Colours: ${theme}`}
      onClick={() => setTheme(next)}
    >
      <Icon name={icon} size={18} />
    </button>
  );
}

const shortcuts = [
  ["?", "Show this list"],
  ["g b", "All bundles"],
  ["g a, g r, g e", "Act, rules, edit"],
  ["a", "Choose who acts"],
  ["c", "To the actions"],
  ["t", "To the decisions; arrow keys go through them, Enter looks at one"],
  ["[ and ]", "One decision back, one on"],
  ["n", "Back to now"],
] as const;

function Keys({ dialog }: { dialog: { current: HTMLDialogElement | null } }) {
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
      <header>
        <h2 id="keys-title">Keyboard</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {shortcuts.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          defaultChecked={kept("keys") !== "off"}
          onChange={(event) => keep("keys", event.currentTarget.checked ? "on" : "off")}
        />
        <span class="track" aria-hidden="true" />
        <span class="said">Single keys do something</span>
      </label>
    </dialog>
  );
}

function listenForKeys(help: () => void): () => void {
  let before = "";
  const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();
  const press = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0] as HTMLElement;
    if (kept("keys") === "off" && event.key !== "?") return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
    if (
      target.isContentEditable ||
      /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target instanceof HTMLInputElement && !/^(radio|checkbox|range)$/.test(target.type))
    )
      return;
    const now = desk.value;
    const at = route.value;
    const key = before === "g" ? `g ${event.key}` : event.key;
    before = event.key;
    const view = (to: View): void => {
      if (at.page === "session" || at.page === "local") go({ ...at, view: to });
    };
    switch (key) {
      case "?":
        help();
        break;
      case "g b":
        go({ page: "home" });
        break;
      case "g a":
        view("play");
        break;
      case "g r":
        view("rules");
        break;
      case "g e":
        view("edit");
        break;
      case "a":
        focus(".acting input:checked");
        break;
      case "c":
        focus(".card button[type=submit]:not(:disabled), .card input");
        break;
      case "t":
        focus(".timeline button[tabindex='0']");
        break;
      case "[":
        now?.travel(now.moment.value.view.seq - 1);
        break;
      case "]":
        now?.travel(now.moment.value.view.seq + 1);
        break;
      case "n":
        now?.travel(undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}

const root = document.getElementById("studio")!;
root.replaceChildren();
render(<Studio />, root);
void start();
