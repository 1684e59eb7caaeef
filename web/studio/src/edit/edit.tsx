// This file shows the editor's page: YAML, what is wrong with it, its scenarios, and a session of it.

import { useEffect, useRef, useState } from "preact/hooks";
import { announce, api, drafts, openLocal } from "../app/app.js";
import { count, short } from "../bundle/words.js";
import { troubleOf, type Trouble } from "../parts/trouble.js";
import type { Tested } from "../server/api.js";
import type { Desk } from "../session/desk.js";
import { completer } from "./complete.js";
import { Editor } from "./editor.js";
import { Findings, Scenarios, errorsOf, failedOf } from "./results.js";

/** How long nothing is typed before the text is sent, in milliseconds. */
const pause = 250;

export default function Edit({ desk }: { desk: Desk }) {
  const { digest } = desk.info;
  const { host, loading, result, stale, trouble, goTo, text, reload } = useEditor(digest);
  const apply = (): void => {
    const { name, version, digest: made, document } = result!;
    drafts.set(made, text());
    const which = made === digest ? "as it is published" : "as you edited it";
    openLocal({ document: JSON.stringify(document), id: "draft", origin: `${name}@${version} ${which}` });
    announce("A session of the edited bundle is open, in this page only.");
  };
  const ready = result !== undefined && result.digest !== "" && !result.catalog && !stale;
  const changed = result !== undefined && result.digest !== digest;
  return (
    <div class="edit">
      <section class="code panel" aria-label="Editor">
        {loading && trouble === undefined && <p class="boot">The source is loading.</p>}
        <div class="host" ref={host} />
      </section>
      <aside class="results" aria-label="What comes of it">
        <section class="panel verdict-of-text" aria-labelledby="build-title">
          <h1 id="build-title">{headingOf(result)}</h1>
          <p class={stale ? "quiet stale" : "quiet"}>
            {trouble === undefined ? (
              <Digest result={result} changed={changed} />
            ) : (
              <>
                {trouble.say} <span class="id">{trouble.code}</span>
              </>
            )}
          </p>
          <div class="row">
            <button type="button" class="primary" disabled={!ready} onClick={apply}>
              Open a session on it
            </button>
            {!desk.local && changed && (
              <button type="button" class="plain" onClick={() => void reload()}>
                Discard changes
              </button>
            )}
          </div>
        </section>
        <Findings findings={result?.findings ?? []} more={result?.more ?? 0} goTo={goTo} />
        <Scenarios result={result} stale={stale} goTo={goTo} />
      </aside>
    </div>
  );
}

/** An editor with a bundle's source in it, and what the server says of the text as it changes. */
function useEditor(digest: string) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const [result, setResult] = useState<Tested>();
  const [stale, setStale] = useState(true);
  const [trouble, setTrouble] = useState<Trouble>();
  const [loading, setLoading] = useState(true);
  useEffect(() => {
    const test = tester(
      (answer) => {
        editor.current?.show(answer.findings);
        setResult(answer);
        setTrouble(undefined);
        setStale(false);
        announce(said(answer));
      },
      (thrown) => setTrouble(troubleOf(thrown)),
    );
    const begin = ([text, schema]: [string, Record<string, unknown>]): void => {
      if (test.over || host.current === null) return; // the view may have left before its effects are told
      setLoading(false);
      const onChange = (text: string): void => {
        drafts.set(digest, text);
        setStale(true);
        test.send(text, pause);
      };
      editor.current = new Editor({ host: host.current, text, complete: completer(schema), onChange });
      test.send(text, 0);
    };
    Promise.all([drafts.get(digest) ?? api.source(digest), api.schema()]).then(
      begin,
      (thrown) => test.over || setTrouble(troubleOf(thrown)),
    );
    return () => {
      test.end();
      editor.current?.close();
    };
  }, [digest]);
  const reload = async (): Promise<void> => {
    try {
      editor.current?.replace(await api.source(digest));
      drafts.set(digest, undefined);
    } catch (thrown) {
      setTrouble(troubleOf(thrown));
    }
  };
  const goTo = (line: number, column: number): void => editor.current?.goTo(line, column);
  return { host, loading, result, stale, trouble, goTo, text: () => editor.current!.text, reload };
}

/** Has the server test texts, the last one that was sent; answers to earlier ones are dropped. */
function tester(answered: (answer: Tested) => void, failed: (thrown: unknown) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = new AbortController();
  const ask = async (text: string): Promise<void> => {
    asked.abort();
    const { signal } = (asked = new AbortController());
    try {
      const answer = await api.test(text, signal);
      if (!signal.aborted) answered(answer);
    } catch (thrown) {
      if (!signal.aborted) failed(thrown);
    }
  };
  const tester = {
    over: false,
    send(text: string, wait: number): void {
      clearTimeout(timer);
      timer = setTimeout(() => void ask(text), wait);
    },
    end(): void {
      tester.over = true;
      clearTimeout(timer);
      asked.abort();
    },
  };
  return tester;
}

function headingOf(result: Tested | undefined): string {
  if (result === undefined) return "Reading…";
  const errors = errorsOf(result);
  return errors > 0 ? count(errors, "error") : "A valid bundle";
}

function Digest({ result, changed }: { result: Tested | undefined; changed: boolean }) {
  if (result === undefined) return <> </>;
  if (result.digest === "") return <>Each is marked in the text. Choose one to go there.</>;
  return (
    <>
      {changed ? "Changed, " : "As it is published, "}
      <code title={result.digest}>{short(result.digest)}</code>
    </>
  );
}

/** What a screen reader hears of it. */
function said(result: Tested): string {
  const errors = errorsOf(result);
  if (errors > 0) return `${count(errors, "error")}.`;
  const failed = failedOf(result);
  return failed > 0
    ? `${count(failed, "scenario fails", "scenarios fail")}.`
    : `Valid. ${count(result.scenarios.length, "scenario passes", "scenarios pass")}.`;
}
