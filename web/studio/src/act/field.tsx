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

/** As many members stand side by side; more are a list to choose from. */
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
          {titleOf(arg)} <span class="bounds">{boundsOf(arg.type)}</span>
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

function boundsOf(type: Type): string {
  return typeof type === "object" && "int" in type && type.int[1] - type.int[0] <= 1_000_000
    ? `${type.int[0]} to ${type.int[1]}`
    : "";
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

function Input({
  arg,
  value,
  onChange,
  spans,
  id,
  described,
  error,
}: Props & { id: string; described: string | undefined }) {
  const { type } = arg;
  const common = { id, "aria-describedby": described, "aria-invalid": error !== "" || undefined };
  if (typeof type === "object") {
    if ("enum" in type) {
      if (type.enum.length <= mostSegments)
        return (
          <div class="segments">
            {type.enum.map((member) => (
              <label key={member} class={member === value ? "on" : ""}>
                <input
                  type="radio"
                  name={id}
                  value={member}
                  checked={member === value}
                  onChange={() => onChange(member)}
                />
                <span>{memberTitle(type, member)}</span>
              </label>
            ))}
          </div>
        );
      return (
        <select {...common} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)}>
          {type.enum.map((member) => (
            <option key={member} value={member}>
              {memberTitle(type, member)}
            </option>
          ))}
        </select>
      );
    }
    if ("int" in type)
      return (
        <Whole
          {...common}
          name={titleOf(arg)}
          value={value}
          least={type.int[0]}
          most={type.int[1]}
          onChange={onChange}
        />
      );
    if ("string" in type)
      return type.string > 80 ? (
        <Text {...common} rows={type.string > 300 ? 3 : 1} value={String(value)} spans={spans} onChange={onChange} />
      ) : (
        <Line {...common} value={String(value)} onChange={onChange} />
      );
    return <Json {...common} value={value} onChange={onChange} />;
  }
  switch (type) {
    case "bool":
      return (
        <label class="switch">
          <input
            {...common}
            type="checkbox"
            role="switch"
            checked={value === true}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
          <span class="track" aria-hidden="true" />
          <span class="said">{value === true ? "yes" : "no"}</span>
        </label>
      );
    case "int":
      return (
        <Whole
          {...common}
          name={titleOf(arg)}
          value={value}
          least={-(2 ** 53) + 1}
          most={2 ** 53 - 1}
          onChange={onChange}
        />
      );
    case "double":
      return (
        <input
          {...common}
          type="number"
          step="any"
          value={String(value)}
          onInput={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.valueAsNumber)}
        />
      );
    case "string":
      return <Text {...common} rows={3} value={String(value)} spans={spans} onChange={onChange} />;
    default:
      return <Line {...common} value={String(value)} onChange={onChange} />;
  }
}

type Common = { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };

/** A whole number: a slider beside the number where the bounds are near each other. */
function Whole({
  name,
  value,
  least,
  most,
  onChange,
  ...common
}: Common & { name: string; value: unknown; least: number; most: number; onChange: (value: unknown) => void }) {
  const set = (event: { currentTarget: HTMLInputElement }) =>
    onChange(event.currentTarget.value === "" ? null : event.currentTarget.valueAsNumber);
  const near = most - least <= 1000;
  return (
    <div class="whole">
      {near && (
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

function Line({ value, onChange, ...common }: Common & { value: string; onChange: (value: unknown) => void }) {
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

/** Text, with a layer behind it on which what language rules found is marked as one types. */
function Text({
  value,
  rows,
  spans,
  onChange,
  ...common
}: Common & { value: string; rows: number; spans: readonly Span[]; onChange: (value: unknown) => void }) {
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

/** A list, map or record, as JSON. What is no JSON yet is kept, and proposes nothing new. */
function Json({ value, onChange, ...common }: Common & { value: unknown; onChange: (value: unknown) => void }) {
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
      {wrong && <span class="note">This is no JSON yet.</span>}
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
