// This file defines the editor's page: YAML, what is wrong with it, its scenarios, and a session of it.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { announce, api, drafts, openLocal } from "../app/app.js";
import { told, type Trouble } from "../parts/told.js";
import type { Finding, Outcome, Tested } from "../server/api.js";
import { completer } from "./complete.js";
import type { Desk } from "../session/desk.js";
import { Editor } from "./editor.js";
import { Icon } from "../parts/icons.js";
import { count, short } from "../bundle/words.js";

/** How long nothing is typed before the text is sent, in milliseconds. */
const pause = 250;

export default function Edit({ desk }: { desk: Desk }) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const [result, setResult] = useState<Tested>();
  const [stale, setStale] = useState(true);
  const [trouble, setTrouble] = useState<Trouble>();
  const [loading, setLoading] = useState(true);
  const { digest } = desk.info;

  useEffect(() => {
    let timer = 0;
    let asked = new AbortController();
    const send = async (text: string): Promise<void> => {
      asked.abort();
      asked = new AbortController();
      const { signal } = asked;
      try {
        const answer = await api.test(text, signal);
        if (signal.aborted) return;
        editor.current?.show(answer.findings);
        setResult(answer);
        setTrouble(undefined);
        setStale(false);
        announce(said(answer));
      } catch (thrown) {
        if (!signal.aborted) setTrouble(told(thrown));
      }
    };
    let gone = false;
    Promise.all([drafts.get(digest) ?? api.source(digest), api.schema()]).then(
      ([text, schema]) => {
        if (gone || !host.current) return; // the view may have left before its effects are told
        setLoading(false);
        editor.current = new Editor({
          host: host.current!,
          text,
          complete: completer(schema),
          onChange: (text) => {
            drafts.set(digest, text);
            setStale(true);
            clearTimeout(timer);
            timer = setTimeout(() => void send(text), pause) as unknown as number;
          },
        });
        void send(text);
      },
      (thrown) => gone || setTrouble(told(thrown)),
    );
    return () => {
      gone = true;
      clearTimeout(timer);
      asked.abort();
      editor.current?.close();
    };
  }, [digest]);

  const errors = result?.findings.filter(({ severity }) => severity === "error") ?? [];
  const same = result !== undefined && result.digest === digest;
  const ready = result !== undefined && result.digest !== "" && !result.catalog && !stale;
  const failed = result?.scenarios.filter(({ passed }) => !passed).length ?? 0;
  const apply = (): void => {
    drafts.set(result!.digest, editor.current!.text);
    openLocal({
      document: JSON.stringify(result!.document),
      id: "draft",
      origin: same
        ? `${result!.name}@${result!.version} as it is published`
        : `${result!.name}@${result!.version} as you edited it`,
    });
    announce("A session of the edited bundle is open, in this page only.");
  };
  const discard = async (): Promise<void> => {
    try {
      editor.current?.replace(await api.source(digest));
      drafts.set(digest, undefined);
    } catch (thrown) {
      setTrouble(told(thrown));
    }
  };
  return (
    <div class="edit">
      <section class="code panel" aria-label="Editor">
        {loading && trouble === undefined && <p class="boot">The source is loading.</p>}
        <div class="host" ref={host} />
      </section>
      <aside class="results" aria-label="What comes of it">
        <section class="panel verdict-of-text" aria-labelledby="build-title">
          <h1 id="build-title">
            {result === undefined ? "Reading…" : errors.length > 0 ? count(errors.length, "error") : "A valid bundle"}
          </h1>
          <p class={stale ? "quiet stale" : "quiet"}>
            {trouble !== undefined ? (
              <>
                {trouble.say} <span class="id">{trouble.code}</span>
              </>
            ) : result === undefined ? (
              " "
            ) : result.digest === "" ? (
              "Each is marked in the text. Choose one to go there."
            ) : (
              <>
                {same ? "As it is published, " : "Changed, "}
                <code title={result.digest}>{short(result.digest)}</code>
              </>
            )}
          </p>
          <div class="row">
            <button type="button" class="primary" disabled={!ready} onClick={apply}>
              Open a session on it
            </button>
            {!desk.local && result !== undefined && !same && (
              <button type="button" class="plain" onClick={() => void discard()}>
                Discard changes
              </button>
            )}
          </div>
        </section>
        <Findings
          findings={result?.findings ?? []}
          more={result?.more ?? 0}
          goTo={(line, column) => editor.current?.goTo(line, column)}
        />
        <section class="panel" aria-labelledby="scenarios-title">
          <h2 id="scenarios-title">
            Scenarios{" "}
            {result !== undefined && result.scenarios.length > 0 && (
              <span class="quiet">
                {failed === 0 ? "all pass" : `${count(failed, "fails", "fail")}`}
                {result.coverage !== null && `, ${result.coverage.percent} % of the rules reached`}
              </span>
            )}
          </h2>
          {result === undefined || result.scenarios.length === 0 ? (
            <p class="quiet">
              {result !== undefined && result.digest === ""
                ? "They run again once the text has no errors."
                : result?.catalog === true
                  ? "A catalog has none of its own."
                  : "None yet. Write some under tests: steps with the verdict you expect."}
            </p>
          ) : (
            <ul class={stale ? "scenarios stale" : "scenarios"}>
              {result.scenarios.map((outcome, i) => (
                <Scenario key={i} outcome={outcome} goTo={(line, column) => editor.current?.goTo(line, column)} />
              ))}
            </ul>
          )}
          {(result?.unrun ?? 0) > 0 && <p class="quiet">There was no time for {result!.unrun} more.</p>}
        </section>
      </aside>
    </div>
  );
}

function said({ findings, scenarios }: Tested): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (errors > 0) return count(errors, "error");
  const failed = scenarios.filter(({ passed }) => !passed).length;
  return failed > 0
    ? `${count(failed, "scenario fails", "scenarios fail")}.`
    : `Valid. ${count(scenarios.length, "scenario passes", "scenarios pass")}.`;
}

type GoTo = (line: number, column: number) => void;

function Findings({ findings, more, goTo }: { findings: readonly Finding[]; more: number; goTo: GoTo }) {
  const sorted = useMemo(
    () => [...findings].sort((a, b) => (a.severity === b.severity ? 0 : a.severity === "error" ? -1 : 1)),
    [findings],
  );
  if (findings.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      <ul class="findings">
        {sorted.map((finding, i) => (
          <li key={i} class={finding.severity}>
            <button type="button" class="plain" onClick={() => goTo(finding.line, finding.column)}>
              <Icon name={finding.severity === "error" ? "reject" : "escalate"} size={14} />
              <span>
                <span class="hidden">{finding.severity}: </span>
                {finding.message} {finding.hint !== undefined && <em>{finding.hint}</em>}
                <small>
                  line {finding.line}, column {finding.column} <span class="id">{finding.code}</span>
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="quiet">And {more} more.</p>}
    </section>
  );
}

function Scenario({ outcome, goTo }: { outcome: Outcome; goTo: GoTo }) {
  const { name, passed, failure, line, column, steps } = outcome;
  return (
    <li class={passed ? "passed" : "failed"}>
      <button type="button" class="plain" onClick={() => goTo(line, column)}>
        <Icon name={passed ? "commit" : "reject"} size={14} />
        <span>
          <span class="hidden">{passed ? "passes: " : "fails: "}</span>
          {name}
          {failure !== undefined && (
            <span class="mismatches">
              {failure.mismatches.map(({ what, want, got }, i) => (
                <small key={i}>
                  step {failure.step} of {steps}, {what}: expected {want}, got {got}
                </small>
              ))}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}
