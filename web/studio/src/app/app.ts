// This file defines the application's state: where one is, what is published, and the
// session on the desk.

import { signal } from "@preact/signals";
import { load, type Engine } from "@holdfast/web";
import { Api, told, type Listed, type Published } from "../server/api.js";
import { Desk, type DeskOptions } from "../session/desk.js";
import { keep, kept } from "../parts/keep.js";

export type View = "play" | "rules" | "edit";

/** Where one is. It stands in the address, after `#/`. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "catalog"; readonly digest: string }
  | { readonly page: "session"; readonly id: string; readonly view: View }
  | { readonly page: "local"; readonly view: View };

export const api = new Api();
export const route = signal<Route>(read());
export const engine = signal<Engine | undefined>(undefined);
export const moduleDigest = signal("");
export const bundles = signal<readonly Published[] | undefined>(undefined);
export const catalogs = signal<readonly Published[]>([]);
export const sessions = signal<readonly Listed[]>([]);
export const desk = signal<Desk | undefined>(undefined);
/** Why there is nothing to show. */
export const failure = signal<{ code: string; say: string } | undefined>(undefined);
/** What is said to a screen reader. */
export const announced = signal("");
/** YAML being edited, by the digest of the bundle it began as, so that it is there when one comes back. */
export const drafts = {
  get: (digest: string): string | undefined => kept(`draft.${digest}`, "sessionStorage"),
  set: (digest: string, text: string | undefined): void => keep(`draft.${digest}`, text, "sessionStorage"),
};

export function announce(text: string): void {
  announced.value = text;
}

export function go(to: Route): void {
  location.hash = address(to);
}

/** The address of a place, for links. */
export function address(to: Route): string {
  switch (to.page) {
    case "home":
      return "#/";
    case "catalog":
      return `#/catalog/${to.digest}`;
    case "session":
      return `#/session/${to.id}${to.view === "play" ? "" : "/" + to.view}`;
    case "local":
      return `#/local${to.view === "play" ? "" : "/" + to.view}`;
  }
}

function read(): Route {
  const [page, a = "", b = ""] = location.hash.replace(/^#\//, "").split("/");
  const view = (text: string): View => (text === "rules" || text === "edit" ? text : "play");
  if (page === "catalog" && a !== "") return { page, digest: a };
  if (page === "session" && a !== "") return { page, id: a, view: view(b) };
  if (page === "local") return { page, view: view(a) };
  return { page: "home" };
}

/** Starts the module, reads what is published, and follows the address. */
export async function start(): Promise<void> {
  failure.value = undefined;
  try {
    const about = await api.module();
    engine.value ??= await load(about.url, { digest: about.digest, log: () => undefined });
    moduleDigest.value = about.digest;
    await refresh();
    await follow();
  } catch (thrown) {
    failure.value = told(thrown);
  }
}

export async function refresh(): Promise<void> {
  const [some, others, open] = await Promise.all([api.bundles(), api.catalogs(), api.sessions()]);
  bundles.value = some;
  catalogs.value = others;
  sessions.value = [...open].sort((a, b) => b.at - a.at);
}

/** Puts on the desk what the address names. */
async function follow(): Promise<void> {
  const to = read();
  const had = route.value;
  failure.value = undefined;
  if (to.page === "session" && (desk.value === undefined || desk.value.local || desk.value.id !== to.id)) {
    clear();
    route.value = to;
    try {
      const { digest } = await api.view(to.id);
      const next = new Desk({ engine: engine.value!, document: await api.bundle(digest), id: to.id, api });
      await next.follow();
      if (route.value !== to) return next.close(); // somebody went elsewhere meanwhile
      desk.value = next;
    } catch (thrown) {
      failure.value = told(thrown);
    }
    return;
  }
  if (to.page === "local" && desk.value?.local !== true) return go({ page: "home" }); // a local session is gone with its page
  if (to.page === "home" || to.page === "catalog") {
    clear();
    void refresh().catch((thrown) => (failure.value = told(thrown)));
  }
  route.value = to;
  if (had.page !== to.page) scrollTo(0, 0);
}

function clear(): void {
  desk.value?.close();
  desk.value = undefined;
}

/** Opens a session of a published bundle on the server. */
export async function open(digest: string, name: string): Promise<void> {
  try {
    const id = `${name.slice(0, 40)}-${Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) =>
      byte.toString(36).padStart(2, "0"),
    )
      .join("")
      .slice(0, 6)}`;
    await api.create(id, digest);
    go({ page: "session", id, view: "play" });
  } catch (thrown) {
    failure.value = told(thrown);
  }
}

/** Puts a local session on the desk: of an edited bundle, or from a moment of another session. */
export function openLocal(options: Omit<DeskOptions, "engine" | "api">): void {
  const next = new Desk({ ...options, engine: engine.value! });
  const before = desk.value;
  if (before !== undefined && options.from !== undefined) {
    next.actor.value = before.actor.value;
    next.forms.value = before.forms.value;
  }
  desk.value = next;
  before?.close();
  route.value = { page: "local", view: "play" };
  history.pushState(null, "", address(route.value));
}

addEventListener("hashchange", () => void follow());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // connections and the module's state did not survive the back-forward cache
});
