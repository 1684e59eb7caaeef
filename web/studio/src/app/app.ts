// This file defines the application's state: where the visitor is, what is published, and
// the session on the desk.

import { signal } from "@preact/signals";
import { load, type Engine } from "@holdfast/web";
import { keep, kept } from "../parts/keep.js";
import { troubleOf, type Trouble } from "../parts/trouble.js";
import { Api, type Listed, type Published } from "../server/api.js";
import type { Desk } from "../session/desk.js";
import { FollowedDesk } from "../session/followed.js";
import { LocalDesk, type LocalOptions } from "../session/local.js";
import { address, routeOf, type Route } from "./route.js";

export const api = new Api();
export const route = signal<Route>(routeOf(location.hash));
export const engine = signal<Engine | undefined>(undefined);
export const moduleDigest = signal("");
export const bundles = signal<readonly Published[] | undefined>(undefined);
export const catalogs = signal<readonly Published[]>([]);
export const sessions = signal<readonly Listed[]>([]);
export const desk = signal<Desk | undefined>(undefined);
/** Why there is nothing to show. */
export const failure = signal<Trouble | undefined>(undefined);
/** What is said to a screen reader. */
export const announced = signal("");
/** YAML being edited, by the digest of the bundle it began as, so that it is there when the visitor comes back. */
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

/** Shows why something could not be done, in place of everything else. */
export function fail(thrown: unknown): void {
  failure.value = troubleOf(thrown);
}

/** Starts the module, reads what is published, and goes where the address says. */
export async function start(): Promise<void> {
  failure.value = undefined;
  try {
    const about = await api.module();
    engine.value ??= await load(about.url, { digest: about.digest, log: () => undefined });
    moduleDigest.value = about.digest;
    await refresh();
    await arrive();
  } catch (thrown) {
    fail(thrown);
  }
}

/** Reads what is published, and which sessions there are. */
export async function refresh(): Promise<void> {
  const [some, others, open] = await Promise.all([api.bundles(), api.catalogs(), api.sessions()]);
  bundles.value = some;
  catalogs.value = others;
  sessions.value = [...open].sort((a, b) => b.at - a.at);
}

/** Goes where the address says. */
async function arrive(): Promise<void> {
  const to = routeOf(location.hash);
  const had = route.value;
  failure.value = undefined;
  if (to.page === "session" && !isOnDesk(to.id)) {
    clear();
    route.value = to;
    return follow(to, to.id);
  }
  if (to.page === "local" && desk.value?.local !== true) return go({ page: "home" }); // it is gone with its page
  route.value = to;
  if (to.page === "home" || to.page === "catalog") {
    clear();
    void refresh().catch(fail);
  }
  if (had.page !== to.page || viewOf(had) !== viewOf(to)) scrollTo(0, 0);
}

function viewOf(at: Route): string {
  return "view" in at ? at.view : "";
}

function isOnDesk(id: string): boolean {
  return desk.value?.local === false && desk.value.id === id;
}

/** Puts a session of the server on the desk, unless the visitor goes elsewhere meanwhile. */
async function follow(to: Route, id: string): Promise<void> {
  try {
    const next = await FollowedDesk.open(engine.value!, api, id);
    if (route.value === to) desk.value = next;
    else next.close();
  } catch (thrown) {
    if (route.value === to) fail(thrown);
  }
}

function clear(): void {
  desk.value?.close();
  desk.value = undefined;
}

/** Opens a session of a published bundle on the server. */
export async function open(digest: string, name: string): Promise<void> {
  const id = `${name.slice(0, 40)}-${ending()}`;
  try {
    await api.create(id, digest);
    go({ page: "session", id, view: "play" });
  } catch (thrown) {
    fail(thrown);
  }
}

/** Six letters and digits that no other session of the name is likely to have. */
function ending(): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(36).padStart(2, "0"));
  return random.join("").slice(0, 6);
}

/** Puts a local session on the desk: of an edited bundle, of a scenario, or from a moment of another session. */
export function openLocal(options: Omit<LocalOptions, "engine">): LocalDesk {
  const next = new LocalDesk({ ...options, engine: engine.value! });
  const before = desk.value;
  if (before !== undefined && options.from !== undefined) {
    next.actor.value = before.actor.value;
    next.forms.value = before.forms.value;
  }
  desk.value = next;
  before?.close();
  route.value = { page: "local", view: "play" };
  history.pushState(null, "", address(route.value));
  return next;
}

addEventListener("hashchange", () => void (engine.value === undefined ? start() : arrive()));
