// This file shows the state of a session: variables, derived values, logs.

import type { Desk } from "../session/desk.js";
import type { Info, Type, Variable } from "../bundle/info.js";
import { agentTitle, memberTitle } from "../bundle/titles.js";
import { clip, count, plain, shown } from "../bundle/words.js";

export function State({ desk }: { desk: Desk }) {
  const { view } = desk.moment.value;
  const { info } = desk;
  const changed = new Set(desk.log.value[view.seq - 1]?.decision.changes.map((change) => change.path.split(/[.[]/)[0]));
  const derived = Object.entries(view.derived);
  return (
    <section class="panel state" aria-labelledby="state-title">
      <h2 id="state-title">State</h2>
      <dl class="values">
        {info.state.map((variable) => (
          <div key={variable.name} class={changed.has(variable.name) ? "fresh" : ""}>
            <dt title={variable.about || undefined}>
              {plain(variable.name)}
              {changed.has(variable.name) && <span class="tag">changed</span>}
            </dt>
            <dd>
              <Value value={view.state[variable.name]} type={variable.type} />
              <Owner variable={variable} info={info} />
            </dd>
          </div>
        ))}
      </dl>
      {derived.length > 0 && (
        <>
          <h3>Derived from it</h3>
          <dl class="values">
            {derived.map(([name, value]) => (
              <div key={name}>
                <dt>{plain(name)}</dt>
                <dd>
                  <Value value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {info.logs.map(({ name, type }) => {
        const items = view.logs[name] ?? [];
        return (
          <details key={name} class="log" open={items.length > 0 && items.length <= 3}>
            <summary>
              {plain(name)} <span class="tag">{count(items.length, "entry", "entries")}</span>
            </summary>
            {items.length === 0 ? (
              <p class="quiet">Nothing yet. What is appended here never leaves.</p>
            ) : (
              <ol start={Math.max(1, items.length - 49)}>
                {items.slice(-50).map((item, i) => (
                  <li key={i}>
                    <Value value={item} type={type} />
                  </li>
                ))}
              </ol>
            )}
          </details>
        );
      })}
    </section>
  );
}

function Owner({ variable, info }: { variable: Variable; info: Info }) {
  if (variable.owner.length === info.agents.length) return null;
  return (
    <span class="owner">owned by {variable.owner.map((kind) => agentTitle(info, kind)).join(", ") || "no agent"}</span>
  );
}

interface Shown<T> {
  readonly value: T;
  readonly type?: Type | undefined;
}

/** As many items or members are shown of one value. */
const most = 100;

/** A value by its type, and by what it is where the type is not known. */
function Value({ value, type }: Shown<unknown>) {
  if (typeof value === "boolean") return <span class={value ? "bool yes" : "bool"}>{value ? "yes" : "no"}</span>;
  if (typeof value === "number") return <Numeral value={value} type={type} />;
  if (Array.isArray(value)) return <Items value={value} type={type} />;
  if (typeof value === "object" && value !== null) return <Members value={value} type={type} />;
  if (value === "") return <span class="quiet">empty</span>;
  const text = shown(value);
  return typeof type === "object" && "enum" in type ? (
    <span class="member">{memberTitle(type, text)}</span>
  ) : (
    <span class="words">{clip(text, 240)}</span>
  );
}

function Numeral({ value, type }: Shown<number>) {
  const bounds = typeof type === "object" && "int" in type ? type.int : undefined;
  return (
    <span class="number">
      {value}
      {bounds !== undefined && bounds[1] - bounds[0] <= 1000 && (
        <>
          <meter min={bounds[0]} max={bounds[1]} value={value} aria-hidden="true" /> <small>of {bounds[1]}</small>
        </>
      )}
    </span>
  );
}

function Items({ value, type }: Shown<readonly unknown[]>) {
  if (value.length === 0) return <span class="quiet">none</span>;
  return (
    <ul class="list">
      {value.slice(0, most).map((item, i) => (
        <li key={i}>
          <Value value={item} type={part(type, "")} />
        </li>
      ))}
      {value.length > most && <li class="quiet">and {value.length - most} more</li>}
    </ul>
  );
}

function Members({ value, type }: Shown<object>) {
  const members = Object.entries(value);
  if (members.length === 0) return <span class="quiet">none</span>;
  const columns = columnsOf(members.map(([, member]) => member));
  if (columns !== undefined) return <Table members={members} columns={columns} type={type} />;
  return (
    <dl class="record">
      {members.slice(0, most).map(([name, member]) => (
        <div key={name}>
          <dt>{keyTitle(type, name)}</dt>
          <dd>
            <Value value={member} type={part(type, name)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Records that are alike, as rows. */
function Table({
  members,
  columns,
  type,
}: {
  members: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
  columns: readonly string[];
  type: Type | undefined;
}) {
  return (
    <table class="table">
      <thead>
        <tr>
          <td />
          {columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {members.slice(0, most).map(([name, member]) => (
          <tr key={name}>
            <th scope="row">{keyTitle(type, name)}</th>
            {columns.map((column) => (
              <td key={column}>
                <Value value={member[column]} type={part(part(type, name), column)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The type of what a value of a type holds under a name; of a list, of its items. */
function part(type: Type | undefined, name: string): Type | undefined {
  if (typeof type !== "object") return undefined;
  if ("list" in type) return type.list.of;
  return "map" in type ? type.map.of : "record" in type ? type.record[name] : undefined;
}

function keyTitle(type: Type | undefined, key: string): string {
  return typeof type === "object" && "map" in type ? memberTitle(type.map.keys, key) : key;
}

/** The fields of records that are all alike, up to three, which fit beside each other. */
function columnsOf(list: readonly unknown[]): readonly string[] | undefined {
  if (list.length < 2 || !list.every((item) => typeof item === "object" && item !== null && !Array.isArray(item)))
    return undefined;
  const [first, ...rest] = list.map((item) => Object.keys(item as object));
  return first!.length > 0 && first!.length <= 3 && rest.every((names) => names.join() === first!.join())
    ? first
    : undefined;
}
