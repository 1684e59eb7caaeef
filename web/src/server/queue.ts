// This file defines Queue: proposals that the server has not answered yet, in memory
// and, so that they outlive the tab, in a storage.
//
// The queue is the session's and not the tab's: each proposal is an item of its own in
// the storage, so that two tabs add and remove without reading what the other writes,
// and the tab that sends next sends all of them, those of a tab that was closed too. What a tab
// has proposed itself it also keeps in memory, whatever becomes of the storage.
//
//	holdfast.queue SERVER SESSION KIND ID 1000000000000007-KEY
//	└────────────── the owner ──────────┘ └─ its order ──┘
//
// The order is a number that is one more than all before it, and no time: clocks are set.
// Two tabs can take the same number in the same instant; then the key says which goes first.

import type { Actor, Verdict } from "../contract/documents.js";
import type { Decision } from "../documents/decision.js";
import { HoldfastError, messageOf } from "../documents/errors.js";
import { replicaCodes } from "./problem.js";

/** Where waiting proposals are kept: localStorage, or anything with these members. */
export interface QueueStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** What became of a proposal: exactly one of these. */
export type Settled =
  /**
   * The server has recorded this decision, and it comes to the same bytes here. Its verdict may be any. same: it is the
   * guess, byte for byte.
   */
  | { readonly outcome: "confirmed"; readonly decision: Decision; readonly same: boolean; readonly error?: undefined }
  /** Nothing was recorded, and it is not tried again. replica/conflict: `guess` is what it would get by now. */
  | { readonly outcome: "refused"; readonly error: HoldfastError; readonly decision?: undefined }
  /** The replica ended before there was an answer. What is in the storage is sent with the next connection. */
  | { readonly outcome: "open"; readonly error: HoldfastError; readonly decision?: undefined };

/** A proposal that waits for the server. */
export interface Pending {
  /** What the server knows the request by: however often it is sent, there is one decision. */
  readonly key: string;
  readonly action: string;
  readonly actor: Actor;
  readonly args: Readonly<Record<string, unknown>>;
  readonly reasons: readonly string[];
  /** The verdict that was shown when it was proposed. It is only sent as long as it would get the same. */
  readonly shown: Verdict;
  /** What it gets as things are now: a guess, until settled. undefined where it cannot be decided. */
  readonly guess: Decision | undefined;
  /** Was it proposed here, and not in another tab or before the page was loaded? */
  readonly own: boolean;
  /** Becomes what came of it; never rejects. */
  readonly settled: Promise<Settled>;
}

/** What the storage has of a proposal. */
interface Item extends Pick<Pending, "key" | "action" | "actor" | "args" | "reasons" | "shown"> {
  readonly at: number;
  /** It has been sent, and may have been recorded. */
  readonly sent?: boolean;
  /** Another tab than the one that proposed it has found that it is refused; for that one to read. */
  readonly refused?: { readonly code: string; readonly message: string; readonly at?: number };
}

/** How long a refusal waits for the tab that proposed, in milliseconds by this machine's clock; the tab may be gone. */
const refusedFor = 24 * 3600_000;

/** A Pending, from inside. */
export class Entry implements Pending {
  readonly key: string;
  readonly action: string;
  readonly actor: Actor;
  readonly args: Readonly<Record<string, unknown>>;
  readonly reasons: readonly string[];
  readonly shown: Verdict;
  readonly own: boolean;
  readonly settled: Promise<Settled>;
  guess: Decision | undefined;
  /** When it is proposed, in the server's milliseconds. */
  at: number;
  /** Why it cannot be decided after what is before it. */
  error: HoldfastError | undefined;
  /** The server's log has the guess, and only the answer is missing. */
  inLog = false;
  /** It may have been recorded, and no answer came. Before anything else is done with it, the server is asked. */
  unsure: boolean;
  /** Sent without a time: for a decision that was recorded with another time than the one that is known here. */
  untimed = false;
  /** How often the server found the time too far off. */
  skewed = 0;
  /** How often something other than the server has refused it. */
  refusedByOthers = 0;
  done = false;
  /** Its name in the storage, whether it is there or not. */
  readonly name: string;
  /** The end of that name, which says what it comes after. */
  readonly order: string;
  stored = false;
  #settle!: (settled: Settled) => void;

  constructor(name: string, order: string, item: Item, own: boolean) {
    this.name = name;
    this.order = order;
    this.key = item.key;
    this.action = item.action;
    this.actor = item.actor;
    this.args = item.args;
    this.reasons = item.reasons;
    this.shown = item.shown;
    this.at = item.at;
    this.unsure = item.sent === true;
    this.own = own;
    this.settled = new Promise((settle) => (this.#settle = settle));
  }

  settle(settled: Settled): void {
    this.done = true;
    this.#settle(settled);
  }

  get item(): Item {
    const { key, action, actor, args, reasons, shown, at, unsure: sent } = this;
    return { key, action, actor, args, reasons, shown, at, sent };
  }
}

/** What an item's name says besides whose it is. */
interface Place {
  /** What entries are sorted by. */
  readonly order: string;
  /** 0 for a former name, `holdfast SERVER SESSION KIND:ID MILLIS-COUNT-KEY`, whose parts have no clear ends. */
  readonly number: number;
  readonly key: string;
}

/** Whose queue it is. */
export interface Owner {
  /** The server's address. */
  readonly server: string;
  readonly session: string;
  readonly actor: Actor;
}

/** The proposals that wait, in the order in which they were made. */
export class Queue {
  /** All that wait; the first is the next to be sent. */
  entries: Entry[] = [];
  readonly #storage: QueueStorage | undefined;
  readonly #owner: Owner;
  readonly #prefix: string;
  readonly #oldPrefix: string;
  readonly #trouble: (error: HoldfastError) => void;
  #full = false;

  /** trouble is told of what the storage refuses. */
  constructor(storage: QueueStorage | undefined, owner: Owner, trouble: (error: HoldfastError) => void) {
    this.#storage = storage;
    this.#owner = owner;
    this.#prefix = `${nameOf("queue", owner)} `;
    const { server, session, actor } = owner;
    this.#oldPrefix = `holdfast ${server} ${session} ${actor.kind}:${actor.id} `;
    this.#trouble = trouble;
  }

  /** Adds a proposal that is made now: after all that are known here, and all that other tabs have stored. */
  add(item: Item, guess: Decision): Entry {
    const names = this.entries.map(({ name }) => name);
    this.#try(() => void names.push(...this.#names(this.#prefix)));
    const numbers = names.map((name) => this.#placeOf(name)?.number ?? 0);
    const order = `${Math.max(firstNumber, ...numbers) + 1}-${item.key}`;
    const entry = new Entry(this.#prefix + order, order, item, true);
    entry.guess = guess;
    this.entries.push(entry);
    this.#store(entry);
    return entry;
  }

  remove(entry: Entry): void {
    this.entries = this.entries.filter((other) => other !== entry);
    this.#try(() => this.#storage?.removeItem(entry.name));
    if (this.#full) {
      this.#full = false;
      for (const other of this.entries) if (!other.stored) this.#store(other);
    }
  }

  /** Takes a proposal out that is refused, and leaves word where another tab has made it. */
  refuse(entry: Entry, { code, message }: HoldfastError): void {
    this.remove(entry);
    if (entry.own) return;
    const word: Item = { ...entry.item, refused: { code, message, at: Date.now() } };
    this.#try(() => this.#storage?.setItem(entry.name, JSON.stringify(word)));
  }

  /** Writes that an entry is sent now, and its time. */
  update(entry: Entry): void {
    if (entry.stored) this.#store(entry);
  }

  /** Says whether something of that name in the storage may be one of these. */
  has(name: string): boolean {
    return name.startsWith(this.#prefix) || name.startsWith(this.#oldPrefix);
  }

  /**
   * Takes what other tabs, and pages before this one, have put into the storage.
   * Those that another tab has removed are gone, unless they were proposed here: what became of
   * these the server is asked. ended is told of those that another tab found refused.
   * Returns whether anything is another than before, or in another order.
   */
  reload(ended: (entry: Entry, error: HoldfastError) => void): boolean {
    const storage = this.#storage;
    if (storage === undefined) return false;
    const refused: [Entry, HoldfastError][] = [];
    const known = new Map(this.entries.map((entry) => [entry.name, entry]));
    const gone = new Set(this.entries.filter((entry) => entry.own && entry.stored));
    const entries = this.entries.filter((entry) => entry.own);
    const readable = this.#try(() => {
      for (const name of [...this.#names(this.#oldPrefix), ...this.#names(this.#prefix)]) {
        const text = storage.getItem(name);
        const place = this.#placeOf(name);
        if (text === null || place === undefined) continue; // nothing that is known here has such a name
        const entry = known.get(name);
        const item = itemOf(text);
        if (place.number === 0 && !this.#ours(item)) continue;
        if (item?.refused !== undefined) {
          const { code, message, at } = item.refused;
          if (entry?.own === true) refused.push([entry, new HoldfastError(code, message)]);
          else if (!(Math.abs(Date.now() - (at ?? parseInt(place.order))) <= refusedFor)) storage.removeItem(name);
        } else if (entry !== undefined) {
          entry.unsure ||= item?.sent === true;
          gone.delete(entry);
          if (!entry.own) entries.push(entry);
        } else if (item?.key !== place.key) {
          const said = `a waiting proposal in the storage cannot be read, and is dropped: ${text.slice(0, 200)}`;
          this.#trouble(new HoldfastError(replicaCodes.storage, said));
          storage.removeItem(name);
        } else {
          const added = new Entry(name, place.order, item, false);
          added.stored = true;
          entries.push(added);
        }
      }
    });
    if (!readable) return false;
    for (const entry of gone) entry.unsure = true;
    entries.sort((a, b) => (a.order < b.order ? -1 : 1));
    const changed = entries.length !== this.entries.length || entries.some((entry, i) => entry !== this.entries[i]);
    this.entries = entries;
    for (const [entry, error] of refused) ended(entry, error);
    return changed;
  }

  // A former name with a blank in an id may be another session's, or another person's.
  #ours(item: Item | undefined): boolean {
    const { session, actor } = this.#owner;
    const mine = item?.actor.kind === actor.kind && item.actor.id === actor.id;
    return mine || (item !== undefined && !`${session}${actor.id}`.includes(" "));
  }

  #placeOf(name: string): Place | undefined {
    const { length } = name.startsWith(this.#prefix) ? this.#prefix : this.#oldPrefix;
    const order = name.slice(length);
    const [, number = 0, key] = /^(?:(1\d{15})|0\d{14}-\d{6})-(\w+)$/.exec(order) ?? [];
    return key === undefined ? undefined : { order, number: Number(number), key };
  }

  #names(prefix: string): string[] {
    const storage = this.#storage;
    const names: string[] = [];
    for (let i = 0; i < (storage?.length ?? 0); i++) {
      const name = storage!.key(i);
      if (name?.startsWith(prefix) === true) names.push(name);
    }
    return names;
  }

  #store(entry: Entry): void {
    entry.stored = this.#try(() => this.#storage?.setItem(entry.name, JSON.stringify(entry.item)));
    if (!entry.stored) this.#full = true;
  }

  #try(fn: () => void): boolean {
    try {
      fn();
      return true;
    } catch (thrown) {
      const said = `waiting proposals are kept in this tab alone, since the storage refuses: ${messageOf(thrown)}`;
      this.#trouble(new HoldfastError(replicaCodes.storage, said, { cause: thrown }));
      return false;
    }
  }
}

/** The first proposal's number is one more. Written, it is after all former orders, which begin with a time. */
const firstNumber = 10 ** 15;

/**
 * Returns the beginning of the names that are an owner's. No name of one owner, or for one purpose,
 * begins with another's: in each part everything but letters, digits and `-._` is written as its number.
 */
export function nameOf(purpose: "queue" | "lease" | "tabs", owner: Omit<Owner, "actor"> & { actor?: Actor }): string {
  const { server, session, actor } = owner;
  const parts = [server, session, ...(actor === undefined ? [] : [actor.kind, actor.id])];
  const number = (unit: string): string => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return [`holdfast.${purpose}`, ...parts.map((part) => part.replace(/[^\w.-]/g, number))].join(" ");
}

function itemOf(text: string): Item | undefined {
  try {
    const item = JSON.parse(text) as Partial<Item>;
    const good =
      typeof item.key === "string" &&
      typeof item.action === "string" &&
      typeof item.actor?.kind === "string" &&
      typeof item.actor.id === "string" &&
      typeof item.args === "object" &&
      item.args !== null &&
      Array.isArray(item.reasons) &&
      typeof item.shown === "string" &&
      typeof item.at === "number";
    return good ? (item as Item) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns localStorage, where there is one and the page may use it. */
export function localQueue(): QueueStorage | undefined {
  try {
    return typeof document === "undefined" ? undefined : globalThis.localStorage;
  } catch {
    return undefined; // a page that may not keep anything
  }
}

/** Makes a key that no other proposal has; also on a page that is not secure. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
