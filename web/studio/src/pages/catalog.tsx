// This file lets one pick a point of a catalog by its parts: a cursor names one bundle, or none.

import { useEffect, useState } from "preact/hooks";
import type { CatalogInfo } from "@holdfast/web";
import { api, fail, open } from "../app/app.js";
import { VerdictMark } from "../parts/icons.js";
import { count, plain, short } from "../bundle/words.js";

export function Catalog({ digest }: { digest: string }) {
  const [info, setInfo] = useState<CatalogInfo>();
  const [cursor, setCursor] = useState<Readonly<Record<string, unknown>>>({});
  const [found, setFound] = useState<{ digest: string; verdict: string; say: string }>();
  useEffect(() => {
    api.catalog(digest).then(setInfo, fail);
  }, [digest]);
  const parts = Object.entries(info?.matrix ?? {});
  const whole = parts.length > 0 && parts.every(([name]) => name in cursor);
  useEffect(() => {
    setFound(undefined);
    if (!whole) return;
    let gone = false;
    api.resolve(digest, cursor).then(
      (answer) => gone || setFound(answer),
      (thrown) => gone || fail(thrown),
    );
    return () => void (gone = true);
  }, [digest, cursor, whole]);
  if (info === undefined) return <p class="boot">The catalog is loading.</p>;
  const fits = info.cursors.filter((point) =>
    Object.entries(cursor).every(([name, value]) => point[name] === value),
  ).length;
  return (
    <div class="catalog-page">
      <header class="page-title">
        <h1>{info.title || plain(info.catalog)}</h1>
        <p class="id">
          {info.catalog}@{info.version}
        </p>
        <p class="lead">
          {count(info.cursors.length, "bundle")}, one for each point. Choose every part; the cursor then names exactly
          one of them.
        </p>
      </header>
      <div class="panel point">
        {parts.map(([name, values]) => (
          <div key={name} class="field" role="radiogroup" aria-labelledby={`part-${name}`}>
            <span class="label" id={`part-${name}`}>
              {plain(name)}
            </span>
            <div class="segments">
              {values.map((value) => (
                <label key={String(value)} class={cursor[name] === value ? "on" : ""}>
                  <input
                    type="radio"
                    name={name}
                    checked={cursor[name] === value}
                    onChange={() => setCursor({ ...cursor, [name]: value })}
                  />
                  <span>{String(value)}</span>
                </label>
              ))}
            </div>
          </div>
        ))}
        <div class="found" role="status">
          {!whole ? (
            <p class="quiet">
              {count(fits, "bundle fits", "bundles fit")} what is chosen so far. One cursor, one bundle: with parts
              missing it would be a stall.
            </p>
          ) : found === undefined ? (
            <p class="quiet">Looking it up…</p>
          ) : found.verdict !== "" && found.verdict !== undefined ? (
            <p>
              <VerdictMark verdict="stall" /> {found.say}
            </p>
          ) : (
            <p>
              Exactly one bundle: <code title={found.digest}>{short(found.digest)}</code>
            </p>
          )}
        </div>
        <button
          type="button"
          class="primary"
          disabled={found === undefined || Boolean(found.verdict)}
          onClick={() => void open(found!.digest, info.catalog)}
        >
          Open a session of this point
        </button>
      </div>
    </div>
  );
}
