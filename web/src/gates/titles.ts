// This file defines Titles: what people call the actions, arguments, agents and members of
// a bundle.

/** A bundle's info: titles take what it says of actions, agents and state. */
export type Titled = Readonly<Record<string, unknown>>;

interface Named {
  readonly name: string;
  readonly title?: string;
  readonly type?: unknown;
  readonly args?: readonly Named[];
  readonly moves?: unknown;
}

interface Enum {
  readonly enum: readonly string[];
  readonly titles?: Readonly<Record<string, string>>;
}

/** What is built in, for people. */
const builtIn: Readonly<Record<string, string>> = {
  confirm: "confirm what waits",
  decline: "decline what waits",
  expire: "end what has waited too long",
  unfreeze: "unfreeze the session",
};

/** Titles of one bundle. What has none is called by its name, with blanks for underscores. */
export class Titles {
  readonly #actions: ReadonlyMap<string, Named>;
  readonly #agents: ReadonlyMap<string, Named>;
  readonly #moved: ReadonlySet<string>; // the members of each variable that moves, as one text

  constructor(info: Titled | undefined) {
    this.#actions = byName(info?.["actions"]);
    this.#agents = byName(info?.["agents"]);
    this.#moved = new Set(
      [...byName(info?.["state"]).values()].flatMap(({ moves, type }) =>
        moves !== undefined && isEnum(type) ? [type.enum.join()] : [],
      ),
    );
  }

  /** An action in a sentence: its title in quotes, or its name. */
  action(name: string): string {
    const { title = "" } = this.#actions.get(name) ?? {};
    return title !== "" ? `“${title}”` : ((this.#actions.has(name) ? undefined : builtIn[name]) ?? plain(name));
  }

  /** An agent. */
  agent(kind: string): string {
    return this.#agents.get(kind)?.title || plain(kind);
  }

  /**
   * The choices that say which action is meant, where it has no other arguments or they are where something goes;
   * what is filled into a form is left to who fills it.
   */
  choices(action: string, args: Readonly<Record<string, unknown>>): string[] {
    const declared = this.#actions.get(action)?.args ?? [];
    const all = declared.every(({ type }) => type === "bool" || isEnum(type));
    return declared.flatMap(({ name, title = "", type }) => {
      const value = args[name];
      if (type === "bool") return all && value === true ? [title || plain(name)] : [];
      if (!isEnum(type) || typeof value !== "string" || !(all || this.#moved.has(type.enum.join()))) return [];
      return [type.titles?.[value] ?? plain(value)];
    });
  }
}

function byName(list: unknown): Map<string, Named> {
  return new Map((Array.isArray(list) ? (list as readonly Named[]) : []).map((named) => [named.name, named]));
}

function isEnum(type: unknown): type is Enum {
  return typeof type === "object" && type !== null && Array.isArray((type as Partial<Enum>).enum);
}

/** `commit_plan` as `commit plan`. */
function plain(name: string): string {
  return name.replaceAll("_", " ");
}
