// This file defines Editor: CodeMirror for bundles. It lives in a shadow root, where its style
// sheets are constructed and adopted, so that the page's policy need not allow inline styles.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Finding } from "../server/api.js";

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--code-key)" },
  { tag: [tags.string, tags.content], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--muted)" },
  { tag: [tags.labelName, tags.typeName, tags.meta, tags.keyword], color: "var(--code-meta)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", height: "100%", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--accent)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--select) !important",
  },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--tint)" },
  ".cm-matchingBracket": { backgroundColor: "var(--select) !important", outline: "none" },
  ".cm-searchMatch": { backgroundColor: "var(--mark)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panels button, .cm-panels input": { font: "13px var(--sans)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "13px", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { font: "13px/1.45 var(--sans)", padding: "8px 12px", maxWidth: "22em" },
  ".cm-completionIcon": { opacity: "0.6", width: "1.2em" },
  ".cm-diagnostic": { font: "13px/1.45 var(--sans)", padding: "8px 12px", borderLeft: "3px solid var(--v-reject)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--v-hold)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--v-reject)",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--v-hold)",
    textUnderlineOffset: "3px",
  },
  ".cm-lint-marker": { width: "8px", height: "8px", margin: "7px 0 0 4px", borderRadius: "8px" },
  ".cm-lint-marker-error": { content: "normal", backgroundColor: "var(--v-reject)" },
  ".cm-lint-marker-warning": { content: "normal", backgroundColor: "var(--v-hold)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--tint)", border: "none", color: "var(--muted)" },
});

export interface EditorOptions {
  readonly host: HTMLElement;
  readonly text: string;
  readonly complete: (context: CompletionContext) => CompletionResult | null;
  readonly onChange: (text: string) => void;
}

export class Editor {
  readonly #view: EditorView;

  constructor({ host, text, complete, onChange }: EditorOptions) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    root.replaceChildren();
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          EditorState.tabSize.of(2),
          EditorView.lineWrapping,
          yaml(),
          syntaxHighlighting(colours),
          look,
          lintGutter(),
          autocompletion({ override: [complete], icons: true }),
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...completionKeymap,
            ...lintKeymap,
          ]),
          EditorView.contentAttributes.of({ "aria-label": "The bundle as YAML", tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Puts other text in its place; it can be undone. */
  replace(text: string): void {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  /** Shows findings of the text as it is; the caller drops those of an older text. */
  show(findings: readonly Finding[]): void {
    const { doc } = this.#view.state;
    const diagnostics = findings
      .filter(({ line }) => line > 0)
      .map((finding) => {
        const from = positionOf(doc, finding.line, finding.column);
        const to = Math.max(
          from,
          positionOf(doc, finding.endLine || finding.line, finding.endColumn || finding.column),
        );
        return {
          from,
          to: to === from ? Math.min(from + 1, doc.length) : to,
          severity: finding.severity,
          message: `${finding.message}${finding.hint ? `\n${finding.hint}` : ""}`,
          source: finding.code,
        };
      });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Puts the caret somewhere and shows it. */
  goTo(line: number, column: number): void {
    const at = positionOf(this.#view.state.doc, line, column);
    this.#view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.#view.focus();
  }

  close(): void {
    this.#view.destroy();
  }
}

/** A 1-based line and column, in code points, as a position in UTF-16 units. */
function positionOf(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  let units = 0;
  let n = 1;
  for (const c of at.text) {
    if (n++ >= column) break;
    units += c.length;
  }
  return at.from + units;
}
