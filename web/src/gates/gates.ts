// This file defines Gates: all gates of one session, asked together.
//
// Which gates are asked about: those with a subscriber, and those that are
// read in one state after another. The proposals of these stay in the module (watch.ts), so
// that a new state costs one call with eight bytes in and a line for each gate out. A
// gate that is new is asked alone, and may join the others with the next state.
//
// A text that is typed is another question with every key, and what was asked for the text
// before must cost nothing any more. So a gate whose last subscriber has left, or that
// was not read since the last state, is not asked along; nor is a question of can(), or a long
// one, that was read in one state only. Of the other new ones the latest join at once:
//
//	               subscribed ──────────────────────────────────► kept
//	new ─► alone ─ read in the state before too ────────────────► kept ─ not read, released ─► alone
//	               gate(…), a short question, among the latest ─► kept
//
// Questions are remembered, so that the same question gives the same gate; how many, and how
// much text of theirs, is bounded. A gate that is forgotten answers as before: it is asked when it is read.
//
// can() by name must cost less than a call, so it finds its gate without making a
// key: the action's name and then each argument's name and value lead down a tree.
//
//	"enter" ─► { key "to", values: {"task" ─► {gate}, "spec" ─► {key "drift", …}} }
//
// Only text, numbers, booleans and null are values of the tree; a question with a list
// or an object in it is found by its canonical text, which takes longer.

import type { Asker, Path, ProposalDocument } from "../contract/documents.js";
import type { Code } from "../contract/codes.js";
import type { AskOptions } from "../documents/declared.js";
import { encode, isPlain, misfit } from "../documents/encode.js";
import { HoldfastError, because, codes } from "../documents/errors.js";
import { Gate, TextGate, type GateSet, type GateValue, type Question } from "./gate.js";
import { held, howOf, open, unknown, type How } from "./how.js";
import { Titles, type Titled } from "./titles.js";

/** What gates can be of: a session, or anything with the shape of one that tells when it has changed. */
export interface Gated {
  /** Calls fn after everything that may change an answer, before one can be read; returns what ends that. */
  onchange(fn: () => void): () => void;
  /** Keeps proposals, each JSON without a line break, to be asked about; throws where it cannot. */
  watch(proposals: readonly string[]): Watched;
  path(proposal: string): Path;
  view(): { readonly at: number };
  /** What the bundle declares, for its titles; left out, names are shown. */
  readonly info?: Titled | undefined;
}

/** Proposals that are kept to be asked about: see Watch. */
export interface Watched {
  answers(atMillis: number): readonly string[];
  close(): void;
}

/** The most proposals of one watch (core.MaxWatched). */
const maxWatched = 4096;

/** How many questions are remembered, as many as a large page has. Then the oldest that is not in use is forgotten. */
const maxMemo = 2048;

/** How many characters they have in all: two megabytes, whatever is typed. */
const maxMemoText = 1 << 20;

/** How many gates that were read in one state only are asked along in the next: a screen of buttons. */
const maxLatest = 32;

/** The longest proposal of such a gate, in characters: reading a longer text may cost more than a call. */
const maxLatestText = 512;

/** How the module begins the line of what it did not ask, since all of it would have cost too much in one call. */
const notAsked = `{"error":{"code":"${"limit/cost" satisfies Code}"`;

interface Node {
  gate: Gate | undefined;
  key: string; // of the first argument that led on from here
  values: Map<unknown, Node> | undefined;
  others: Map<string, Map<unknown, Node>> | undefined;
}

const noArgs: Readonly<Record<string, unknown>> = Object.freeze({});

/** All gates of one session. */
export class Gates implements GateSet {
  /** Grows with everything that may change an answer. @internal */
  epoch = 0;
  readonly #subject: Gated;
  #actor: Asker | undefined;
  #listening = false;

  #tree = new Map<string, Node>();
  #planted = 0; // ways in the tree
  #plantedText = 0; // and characters in them
  #titles: Titles | undefined;
  readonly #byText = new Map<string, Gate>();
  #memoText = 0;

  readonly #subscribed = new Set<Gate>();
  readonly #fresh = new Set<Gate>(); // to be asked along from the next state on
  readonly #latest = new Set<Gate>(); // likewise, if nothing newer takes their place
  #states = 0; // in how many states something was asked
  #kept = new Set<Gate>();
  #lines: string[] = []; // theirs
  #watch: Watched | undefined;
  #asked = -1; // the epoch the kept gates were last asked in
  #at = 0; // milliseconds; the time of the last asking
  #pending = false;
  readonly #changed = new Set<Gate>(); // whose subscribers are to be told

  constructor(subject: Gated, actor?: Asker) {
    this.#subject = subject;
    this.#actor = actor;
  }

  get actor(): Asker | undefined {
    return this.#actor;
  }

  set actor(actor: Asker | undefined) {
    this.#actor = actor;
    this.#drop();
    this.refresh();
  }

  /** See Session.gate. */
  gate(action: string, args?: object, options?: AskOptions): Gate {
    return this.#find(action, args, options) ?? this.#add(action, args, options);
  }

  /** See Session.can. */
  can(action: string, args?: object, options?: AskOptions): boolean {
    const gate = this.gate(action, args, options);
    if (!gate.answered(this.epoch)) this.answer(gate, true);
    return gate.value.allowed;
  }

  /** See Session.text. */
  text(action: string, args: object, name: string, options?: AskOptions): TextGate {
    this.#listen();
    return new TextGate(
      this,
      { action, args: args as Record<string, unknown>, actor: options?.actor, reasons: options?.reasons },
      name,
    );
  }

  /** Asks everything again: for rules that read the time. */
  refresh(): void {
    this.#change();
  }

  /** Asks about all gates in use, and one more; named where can() asks, which keeps no gate. @internal */
  answer(gate: Gate, named = false): void {
    if (this.#asked !== this.epoch) this.#askKept();
    if (!gate.answered(this.epoch)) this.#askAlone(gate, named);
  }

  /** A gate's question has become another one. @internal */
  changed(gate: Gate): void {
    gate.forget();
    if (this.#kept.has(gate)) this.#drop();
    this.#schedule();
  }

  /** @internal */
  subscribed(gate: Gate, on: boolean): void {
    if (on) {
      this.#subscribed.add(gate);
      if (!this.#kept.has(gate)) this.#fresh.add(gate);
      return;
    }
    this.#subscribed.delete(gate);
    this.#fresh.delete(gate);
    this.#latest.delete(gate);
    gate.used = false;
  }

  /** @internal */
  findHow(gate: Gate, { verdict, error }: GateValue): How {
    if (verdict === "commit") return open;
    if (verdict === "hold") return held;
    if (error !== undefined) return unknown(error);
    try {
      let at = this.#at;
      let path: Path;
      try {
        path = this.#subject.path(this.#line(gate.question, at));
      } catch (thrown) {
        if (!(thrown instanceof HoldfastError) || thrown.code !== ("proposal/earlier" satisfies Code)) throw thrown;
        ({ at } = this.#subject.view()); // this machine's clock is behind
        path = this.#subject.path(this.#line(gate.question, at));
      }
      return howOf(path, this.proposalOf(gate.question, at), (this.#titles ??= new Titles(this.#subject.info)));
    } catch (thrown) {
      return unknown(errorOf(thrown));
    }
  }

  /** @internal */
  proposalOf(question: Question, atMillis: number): ProposalDocument {
    return {
      action: question.action,
      actor: this.#actorOf(question),
      args: question.args,
      at: atMillis,
      reasons: question.reasons ?? ["request"],
    };
  }

  // Finds a gate that was asked for before without making text of the question.
  #find(action: string, args: object | undefined, options: AskOptions | undefined): Gate | undefined {
    if (options !== undefined && (options.actor !== undefined || options.reasons !== undefined)) return undefined;
    let node = this.#tree.get(action);
    if (args === undefined || node === undefined) return node?.gate;
    const prototype: unknown = Object.getPrototypeOf(args);
    if (prototype !== Object.prototype && prototype !== null) return undefined; // a Map has no keys to see
    for (const key in args) {
      const value = (args as Record<string, unknown>)[key];
      if (value === 0 && Object.is(value, -0)) return undefined;
      const values: Map<unknown, Node> | undefined = key === node.key ? node.values : node.others?.get(key);
      node = values?.get(value);
      if (node === undefined) return undefined;
    }
    return node.gate;
  }

  #add(action: string, args: object | undefined, options: AskOptions | undefined): Gate {
    this.#listen();
    const question: Question = {
      action,
      args: (args ?? noArgs) as Readonly<Record<string, unknown>>,
      actor: options?.actor,
      reasons: options?.reasons,
    };
    let text: string;
    try {
      // Copied, so that what the caller does to it later changes nothing; in the order of names, so that another
      // order of keys is the same question.
      const copy = JSON.parse(
        encode([action, sorted(question.args), question.actor ?? null, question.reasons ?? null]) as string,
      ) as [string, Question["args"], Question["actor"] | null, string[] | null];
      text = JSON.stringify(copy);
      Object.assign(question, { args: copy[1], actor: copy[2] ?? undefined, reasons: copy[3] ?? undefined });
    } catch {
      return new Gate(this, question); // asked each time, refused each time
    }
    let gate = this.#byText.get(text);
    if (gate === undefined) {
      gate = new Gate(this, question);
      this.#byText.set(text, gate);
      this.#memoText += text.length;
      this.#forget();
    }
    if (question.actor === undefined && question.reasons === undefined) this.#plant(action, args, gate);
    return gate;
  }

  // Forgets the oldest questions where there are too many. Those in use stay, however many they are.
  #forget(): void {
    for (
      let left = this.#byText.size - 1;
      left > 0 && (this.#byText.size > maxMemo || this.#memoText > maxMemoText);
      left--
    ) {
      const [text, gate] = this.#byText.entries().next().value!;
      this.#byText.delete(text);
      if (gate.watched || this.#kept.has(gate)) this.#byText.set(text, gate);
      else this.#memoText -= text.length;
    }
  }

  // Makes the way to a gate in the tree, where all values are such that a map tells them apart.
  #plant(action: string, args: object | undefined, gate: Gate): void {
    const entries = Object.entries(args ?? noArgs);
    if (entries.some(([, value]) => typeof value === "object" && value !== null)) return;
    // What is in use is found by its text and planted again.
    this.#plantedText += entries.reduce(
      (length, [, value]) => length + (typeof value === "string" ? value.length : 0),
      0,
    );
    if (++this.#planted > maxMemo || this.#plantedText > maxMemoText) {
      this.#tree = new Map();
      this.#planted = this.#plantedText = 0;
    }
    let node = this.#tree.get(action);
    if (node === undefined) this.#tree.set(action, (node = leaf()));
    for (const [key, value] of entries) {
      let values: Map<unknown, Node> | undefined;
      if (node.values === undefined) {
        node.key = key;
        node.values = values = new Map();
      } else if (node.key === key) values = node.values;
      else {
        node.others ??= new Map();
        values = node.others.get(key);
        if (values === undefined) node.others.set(key, (values = new Map()));
      }
      let next = values.get(value);
      if (next === undefined) values.set(value, (next = leaf()));
      node = next;
    }
    node.gate = gate;
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#subject.onchange(() => this.#change());
  }

  #change(): void {
    this.epoch++;
    this.#schedule();
  }

  // Subscribers hear of it when the present turn is over: a hundred decisions replayed in one turn are one change.
  #schedule(): void {
    if (this.#pending || (this.#subscribed.size === 0 && this.#changed.size === 0)) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      for (const gate of this.#subscribed) this.answer(gate);
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const gate of changed) gate.tell();
    });
  }

  #askKept(): void {
    this.#asked = this.epoch;
    this.#at = Date.now();
    this.#states++;
    let unused = false;
    for (const gate of this.#kept) unused ||= !gate.used && !gate.watched;
    if (unused || this.#fresh.size > 0 || this.#latest.size > 0) this.#drop();
    if (this.#watch === undefined) this.#choose();
    const kept = [...this.#kept];
    if (kept.length === 0) return;
    const failed = this.#ask((at) => {
      const watch = (this.#watch ??= this.#subject.watch(this.#lines));
      for (let left = kept.length; left > 0;) {
        const lines = watch.answers(at);
        if (lines.length !== kept.length)
          throw new HoldfastError(codes.answer, `${lines.length} answers to ${kept.length} questions`);
        // What would have cost too much in one call is asked in the next, as long as there are fewer each time.
        const rest = lines.reduce((count, line) => count + (line.startsWith(notAsked) ? 1 : 0), 0);
        kept.forEach((gate, i) => {
          if (rest > 0 && rest < left && lines[i]!.startsWith(notAsked)) return;
          if (gate.answered(this.epoch) && lines[i] === "") return;
          gate.used = false;
          this.#took(gate, gate.settle(lines[i]!, this.epoch));
        });
        left = rest < left ? rest : 0;
      }
    });
    if (failed === undefined) return;
    this.#drop();
    for (const gate of kept) this.#took(gate, gate.fail(failed, this.epoch));
  }

  // Chooses which gates are kept. A question that cannot be written keeps no other from being asked.
  #choose(): void {
    const wanted = new Set(
      [...this.#kept, ...this.#fresh, ...this.#latest, ...this.#subscribed].filter((gate) => gate.used || gate.watched),
    );
    this.#fresh.clear();
    this.#latest.clear();
    this.#kept = new Set();
    this.#lines = [];
    for (const gate of wanted) {
      if (this.#kept.size === maxWatched) break; // the rest is asked one by one
      try {
        this.#lines.push(this.#line(gate.question, 0));
        this.#kept.add(gate);
      } catch (thrown) {
        this.#took(gate, gate.fail(this.#said(gate, errorOf(thrown)), this.epoch));
      }
    }
  }

  #askAlone(gate: Gate, named: boolean): void {
    if (this.#at === 0) this.#at = Date.now();
    let length = 0;
    const failed = this.#ask((at) => {
      const line = this.#line(gate.question, 0);
      length = line.length;
      this.#took(gate, gate.settle(this.#answerTo(line, at), this.epoch));
    });
    if (failed !== undefined) this.#took(gate, gate.fail(this.#said(gate, failed), this.epoch));
    else if (!this.#kept.has(gate)) this.#askedAlone(gate, named || length > maxLatestText);
  }

  #answerTo(line: string, at: number): string {
    const watch = this.#subject.watch([line]);
    try {
      return watch.answers(at)[0]!;
    } finally {
      watch.close();
    }
  }

  // What went wrong with a gate's question, for who has filled the form that it comes from.
  #said(gate: Gate, error: HoldfastError): HoldfastError {
    return misfit(error, gate.question as ProposalDocument, ({ args }) => {
      let line = "";
      const failed = this.#ask((at) => {
        line = this.#answerTo(this.#line({ ...gate.question, args }, 0), at);
      });
      return failed ?? Gate.errorOf(line);
    });
  }

  // Notes that a gate was asked alone; with rarely, that it is asked along only when it is asked in the next state too.
  #askedAlone(gate: Gate, rarely: boolean): void {
    const again = gate.alone === this.#states - 1;
    gate.alone = this.#states;
    if (gate.watched || again) this.#fresh.add(gate);
    else if (!rarely) {
      this.#latest.add(gate);
      if (this.#latest.size > maxLatest) for (const oldest of this.#latest) return void this.#latest.delete(oldest);
    }
  }

  #took(gate: Gate, another: boolean): void {
    if (another && gate.watched) this.#changed.add(gate);
  }

  // Runs fn, twice where the module traps: the second time in another instance. The trap may have been another call's.
  #ask(fn: (at: number) => void): HoldfastError | undefined {
    for (let again = 0; ; again++) {
      try {
        fn(this.#at);
        return undefined;
      } catch (thrown) {
        const error = errorOf(thrown);
        if (error.code !== codes.trap || again > 0) return error;
      }
    }
  }

  #drop(): void {
    try {
      this.#watch?.close();
    } catch {
      // It is gone either way.
    }
    this.#watch = undefined;
  }

  #actorOf({ actor = this.#actor }: Question): { kind: string; id: string } {
    if (actor === undefined)
      throw new HoldfastError(
        codes.actor,
        "it is not known who asks: set the session's `actor`, or name one where you ask",
      );
    return { kind: actor.kind, id: actor.id ?? actor.kind };
  }

  #line(question: Question, at: number): string {
    return encode(this.proposalOf(question, at)) as string;
  }
}

function leaf(): Node {
  return { gate: undefined, key: "", values: undefined, others: undefined };
}

/** Members in the order of their names; what is not a plain object is encode's to refuse. */
function sorted(args: object): object {
  if (!isPlain(args) || Reflect.ownKeys(args).length > Object.keys(args).length) return args;
  return Object.fromEntries(Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function errorOf(thrown: unknown): HoldfastError {
  return thrown instanceof HoldfastError ? thrown : because(thrown, codes.answer, "the gate could not be asked");
}
