// This file defines Field: an argument as the input its type asks for.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Span } from "@holdfast/web";
import type { Arg, Type } from "../bundle/info.js";
import { membersOf } from "../bundle/info.js";
import { memberTitle, titleOf } from "../bundle/titles.js";

interface Props {
  readonly arg: Arg;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly spans: readonly Span[];
  readonly error: string;
}

/** As many members are beside each other; more are a list to choose from. */
const mostSegments = 5;

export function Field(props: Props) {
  const id = useId();
  const { arg, error } = props;
  const note = `${id}-note`;
  const described = error !== "" || props.spans.length > 0 ? note : undefined;
  const group = isGroup(arg.type);
  return (
    <div
      class={`field ${error !== "" ? "wrong" : ""}`}
      role={group ? "radiogroup" : undefined}
      aria-labelledby={group ? `${id}-label` : undefined}
    >
      {group ? (
        <span class="label" id={`${id}-label`}>
          {titleOf(arg)}
        </span>
      ) : (
        <label class="label" for={id}>
          {titleOf(arg)} <span class="bounds">{boundsText(arg.type)}</span>
        </label>
      )}
      <Input {...props} id={id} described={described} />
      {arg.about !== "" && <p class="hint">{arg.about}</p>}
      <p class="note" id={note}>
        {error || hits(props)}
      </p>
    </div>
  );
}

/** The bounds of a whole number in words, where they are near enough to be of use. */
function boundsText(type: Type): string {
  const [least, most] = boundsOfInt(type) ?? [];
  return least === undefined || most === undefined || most - least > 1_000_000 ? "" : `${least} to ${most}`;
}

function isGroup(type: Type): boolean {
  const members = membersOf(type);
  return members !== undefined && members.length <= mostSegments;
}

function hits({ value, spans }: Props): string {
  if (spans.length === 0 || typeof value !== "string") return "";
  const words = [...new Set(spans.map((span) => `“${value.slice(span.start, span.end)}” (${span.pattern})`))];
  return `Marked: ${words.join(", ")}`;
}

function Input({ arg, value, onChange, spans, id, described, error }: Inside) {
  const { type } = arg;
  const common = { id, "aria-describedby": described, "aria-invalid": error !== "" || undefined, onChange };
  const text = String(value);
  const bounds = boundsOfInt(type);
  if (bounds !== undefined) return <Whole {...common} name={titleOf(arg)} value={value} bounds={bounds} />;
  if (type === "bool") return <Switch {...common} value={value === true} />;
  if (type === "double") return <Double {...common} value={text} />;
  if (type === "string") return <Text {...common} rows={3} value={text} spans={spans} />;
  if (typeof type === "string") return <Line {...common} value={text} />;
  if ("enum" in type)
    return type.enum.length <= mostSegments ? (
      <Segments id={id} type={type} value={value} onChange={onChange} />
    ) : (
      <List {...common} type={type} value={text} />
    );
  if (!("string" in type)) return <Json {...common} value={value} />;
  if (type.string <= 80) return <Line {...common} value={text} />;
  return <Text {...common} rows={type.string > 300 ? 3 : 1} value={text} spans={spans} />;
}

/** The least and the most of a whole number; undefined for other types. */
function boundsOfInt(type: Type): readonly [least: number, most: number] | undefined {
  if (type === "int") return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  return typeof type === "object" && "int" in type ? type.int : undefined;
}

interface Inside extends Props {
  readonly id: string;
  readonly described: string | undefined;
}

interface Common {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
  readonly onChange: (value: unknown) => void;
}

type Enum = Extract<Type, { readonly enum: readonly string[] }>;

/** A few members beside each other. */
function Segments({ id, type, value, onChange }: Pick<Common, "id" | "onChange"> & { type: Enum; value: unknown }) {
  return (
    <div class="segments">
      {type.enum.map((member) => (
        <label key={member} class={member === value ? "on" : ""}>
          <input type="radio" name={id} value={member} checked={member === value} onChange={() => onChange(member)} />
          <span>{memberTitle(type, member)}</span>
        </label>
      ))}
    </div>
  );
}

/** Many members, to choose from. */
function List({ type, value, onChange, ...common }: Common & { type: Enum; value: string }) {
  return (
    <select {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {type.enum.map((member) => (
        <option key={member} value={member}>
          {memberTitle(type, member)}
        </option>
      ))}
    </select>
  );
}

function Switch({ value, onChange, ...common }: Common & { value: boolean }) {
  return (
    <label class="switch">
      <input
        {...common}
        type="checkbox"
        role="switch"
        checked={value}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="track" aria-hidden="true" />
      <span class="said">{value ? "yes" : "no"}</span>
    </label>
  );
}

/** What a number's input holds; null where it holds none. */
function numberIn({ currentTarget: { value, valueAsNumber } }: { currentTarget: HTMLInputElement }): number | null {
  return value === "" ? null : valueAsNumber;
}

function Double({ onChange, ...common }: Common & { value: string }) {
  return <input {...common} type="number" step="any" onInput={(event) => onChange(numberIn(event))} />;
}

/** A whole number: a slider beside the number where the bounds are near each other. */
function Whole({
  name,
  value,
  bounds: [least, most],
  onChange,
  ...common
}: Common & { name: string; value: unknown; bounds: readonly [number, number] }) {
  const set = (event: { currentTarget: HTMLInputElement }): void => onChange(numberIn(event));
  return (
    <div class="whole">
      {most - least <= 1000 && (
        <input
          type="range"
          min={least}
          max={most}
          value={Number(value ?? least)}
          onInput={set}
          aria-label={`${name}, slider`}
          tabIndex={-1}
        />
      )}
      <input
        {...common}
        type="number"
        min={least}
        max={most}
        step={1}
        value={value === null ? "" : String(value)}
        onInput={set}
      />
    </div>
  );
}

function Line({ value, onChange, ...common }: Common & { value: string }) {
  return (
    <input
      {...common}
      type="text"
      spellcheck={false}
      autocomplete="off"
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Text, with a layer behind it on which is marked, at each key, what language rules found. */
function Text({
  value,
  rows,
  spans,
  onChange,
  ...common
}: Common & { value: string; rows: number; spans: readonly Span[] }) {
  const layer = useRef<HTMLDivElement>(null);
  const parts = [];
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.end <= end) continue;
    const start = Math.max(span.start, end);
    parts.push(value.slice(end, start), <mark key={start}>{value.slice(start, span.end)}</mark>);
    end = span.end;
  }
  parts.push(value.slice(end));
  return (
    <div class="text">
      <div class="layer" ref={layer} aria-hidden="true">
        {parts}
        {"\n"}
      </div>
      <textarea
        {...common}
        rows={rows}
        spellcheck={false}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => layer.current?.scrollTo(0, event.currentTarget.scrollTop)}
      />
    </div>
  );
}

/** A list, map or record, as JSON. What is not JSON yet is kept, and proposes nothing new. */
function Json({ value, onChange, ...common }: Common & { value: unknown }) {
  const [text, setText] = useState(JSON.stringify(value));
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    if (!wrong && JSON.stringify(safe(text)) !== JSON.stringify(value)) setText(JSON.stringify(value));
  }, [value]);
  return (
    <>
      <textarea
        {...common}
        class="json"
        rows={2}
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          const read = safe(event.currentTarget.value);
          setWrong(read === undefined);
          if (read !== undefined) onChange(read);
        }}
      />
      {wrong && <span class="note">This is not JSON yet.</span>}
    </>
  );
}

function safe(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
