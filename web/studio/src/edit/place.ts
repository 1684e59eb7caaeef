// This file finds out where in a bundle the caret is, from unfinished YAML: the keys
// that lead there. Lines above with less indentation are its parents; on the line itself,
// and those it goes on from, brackets are followed.
//
//	constraints:                       ["constraints"
//	  - id: GRD-4                       "[]"
//	    otherwise: {verdict: re|        "otherwise" "verdict"], a value

/** Where the caret is. A list's items are `[]`. */
export interface Place {
  readonly path: readonly string[];
  /** Whether a key is being written, or a value. What begins a line may be either, and counts as a key. */
  readonly writes: "key" | "value";
}

interface Piece {
  readonly col: number;
  /** undefined is a list's dash. */
  readonly key: string | undefined;
}

const keyAt = /^("[^"]*"|'[^']*'|[^\s"'{}[\],#:&*][^{}[\],#:]*?):(?=\s|$)/;

/** Returns the dashes and the key a line begins with, and where what follows them begins. */
function read(line: string): { pieces: Piece[]; rest: number } {
  const pieces: Piece[] = [];
  let col = line.length - line.trimStart().length;
  while (/^-(\s|$)/.test(line.slice(col))) {
    pieces.push({ col, key: undefined });
    col += /^-\s*/.exec(line.slice(col))![0].length;
  }
  const key = keyAt.exec(line.slice(col));
  if (key !== null) {
    pieces.push({ col, key: key[1]!.replace(/^["']|["']$/g, "") });
    col += key[0].length;
  }
  return { pieces, rest: col };
}

/** Returns where the end of the text is. */
export function placeOf(text: string): Place {
  const lines = text.split("\n");
  let first = lines.length - 1;
  while (first > 0 && /[,{[]\s*$/.test(lines[first - 1]!)) first--; // brackets go on over lines
  const { pieces, rest } = read(lines[first]!);
  const path: string[] = [];
  const indent = lines[first]!.length - lines[first]!.trimStart().length;
  let limit = indent;
  let dash = false;
  if (pieces.length > 0) {
    limit = pieces[0]!.col;
    dash = pieces[0]!.key === undefined;
  }
  for (let i = first - 1; i >= 0 && (limit > 0 || dash); i--) {
    const line = lines[i]!;
    if (/^\s*(#|$)/.test(line)) continue;
    for (const { col, key } of read(line).pieces.reverse()) {
      if (col < limit || (col === limit && dash && key !== undefined)) {
        path.unshift(key ?? "[]");
        limit = col;
        dash = key === undefined;
      }
    }
  }
  for (const { key } of pieces) path.push(key ?? "[]");
  const value = pieces.at(-1)?.key !== undefined;
  const within = [lines[first]!.slice(rest), ...lines.slice(first + 1)].join("\n");
  const inside = openBrackets(within);
  if (inside.length === 0) return { path, writes: value ? "value" : "key" };
  let writes: Place["writes"] = "value";
  for (const level of inside) {
    if (level.list) path.push("[]");
    else if (level.key !== undefined) path.push(level.key);
    writes = level.list || level.key !== undefined ? "value" : "key";
  }
  return { path, writes };
}

interface Level {
  readonly list: boolean;
  key: string | undefined;
}

/** Follows brackets and quotes, and returns those that are open at the end. */
function openBrackets(text: string): Level[] {
  const open: Level[] = [];
  let word = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const top = open.at(-1);
    if ((c === '"' || c === "'") && word.trim() === "") {
      const end = text.indexOf(c, i + 1);
      if (end < 0) return open; // inside quotes: a value of what is open
      word = text.slice(i + 1, end);
      i = end;
    } else if (c === "{" || c === "[") {
      open.push({ list: c === "[", key: undefined });
      word = "";
    } else if (c === "}" || c === "]") {
      open.pop();
      word = "";
    } else if (c === "," && top !== undefined) {
      top.key = undefined;
      word = "";
    } else if (
      c === ":" &&
      top !== undefined &&
      !top.list &&
      top.key === undefined &&
      /\s|$/.test(text[i + 1] ?? " ")
    ) {
      top.key = word.trim();
      word = "";
    } else word += c;
  }
  return open;
}
