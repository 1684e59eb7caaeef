// This file defines ObjectStore: a ledger in the storage of a Durable Object, as JavaScript sees it.
//
// The Go program writes the ledger (object_js.go) through exec, transaction and sync. What is here besides is for an
// object whose program need not run: what a session was created as, where it is, and what was recorded. The tables
// are those of schema/sqlite.

const refused = new Error("refused");

export class ObjectStore {
  #storage;
  #recorded;

  /** recorded is called once what was written is durable. */
  constructor(storage, recorded) {
    this.#storage = storage;
    this.#recorded = recorded;
  }

  /** Runs a statement, for the Go program. */
  exec(query, parameters) {
    const cursor = this.#storage.sql.exec(query, ...parameters);
    const rows = Array.from(cursor.raw());
    return { columns: cursor.columnNames, rows, written: cursor.rowsWritten };
  }

  /** Keeps all that fn has written, or nothing where it returns false. */
  transaction(fn) {
    try {
      this.#storage.transactionSync(() => {
        if (!fn()) throw refused;
      });
    } catch (thrown) {
      if (thrown !== refused) throw thrown;
    }
  }

  /** Waits until what was written is durable. */
  async sync() {
    await this.#storage.sync();
    return this.#recorded();
  }

  /** Says whether the Go program has made its tables. */
  made() {
    return this.#rows("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").length > 0;
  }

  /** Says whether the session is here. */
  has(session) {
    return this.made() && this.#rows("SELECT 1 FROM sessions WHERE id = ?", session).length > 0;
  }

  /** Returns what a session was created as, rows by table, or undefined. */
  origin(session) {
    const [row] = this.made() ? this.#rows("SELECT * FROM sessions WHERE id = ?", session) : [];
    if (row === undefined) return undefined;
    const [bundle] = this.#rows("SELECT * FROM documents WHERE digest = ?", row.bundle);
    const catalog = this.#rows("SELECT * FROM documents WHERE digest = ?", bundle.catalog);
    const digests = [bundle.digest, bundle.catalog];
    const signatures = this.#rows("SELECT * FROM signatures WHERE digest = ? OR digest = ?", ...digests);
    return { documents: [bundle, ...catalog], signatures, sessions: [row] };
  }

  /** Copies what another store has as the origin of a session, where it is not here yet. */
  copy(session, origin) {
    this.#storage.transactionSync(() => {
      if (this.has(session)) return; // another request was faster
      for (const [table, rows] of Object.entries(origin))
        for (const row of rows) {
          const names = Object.keys(row);
          const values = names.map(() => "?");
          this.#storage.sql.exec(`INSERT INTO ${table} (${names}) VALUES (${values})`, ...Object.values(row));
        }
    });
  }

  /** Returns how many decisions were recorded and the digest of the last one, or null where there is none. */
  head() {
    if (!this.made()) return null;
    return this.#rows("SELECT seq, digest AS head FROM decisions ORDER BY seq DESC LIMIT 1")[0] ?? null;
  }

  /** Returns a recorded decision as text. */
  decision(seq) {
    const [{ bytes }] = this.#rows("SELECT bytes FROM decisions WHERE seq = ?", seq);
    return new TextDecoder().decode(bytes);
  }

  #rows(query, ...parameters) {
    return this.#storage.sql.exec(query, ...parameters).toArray();
  }
}
