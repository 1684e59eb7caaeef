CREATE TABLE documents (
  digest    TEXT PRIMARY KEY,
  kind      TEXT NOT NULL,
  name      TEXT NOT NULL,
  version   TEXT NOT NULL,
  bytes     BLOB NOT NULL,
  sum       TEXT NOT NULL,            -- sha256 of bytes; the digest may be of something else
  signature BLOB,
  catalog   TEXT NOT NULL DEFAULT '',
  at        INTEGER NOT NULL,
  by        TEXT NOT NULL
) STRICT;

-- Who has a name. The key is the lock.
CREATE TABLE releases (
  kind      TEXT NOT NULL,
  name      TEXT NOT NULL,
  version   TEXT NOT NULL,
  digest    TEXT NOT NULL REFERENCES documents,
  published INTEGER PRIMARY KEY,      -- order of publication
  UNIQUE (kind, name, version)
) STRICT;
CREATE INDEX releases_in_order ON releases (kind, name, published);

CREATE TABLE sessions (
  id      TEXT PRIMARY KEY,
  bundle  TEXT NOT NULL,
  genesis TEXT NOT NULL,
  owner   TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_owner ON sessions (owner, id);

-- The key is the lock: of two writers of one seq, one loses. Rows have a rowid, so that they are
-- written one after another: 64 sessions that append decisions of 800 bytes dirty 1.3 pages for each
-- that way, WITHOUT ROWID 3.8, in a file 3.3 times as large.
CREATE TABLE decisions (
  session TEXT NOT NULL REFERENCES sessions,
  seq     INTEGER NOT NULL CHECK (seq > 0),
  bytes   BLOB NOT NULL,
  digest  TEXT NOT NULL,
  prev    TEXT NOT NULL,
  key     TEXT,
  PRIMARY KEY (session, seq)
) STRICT;
CREATE UNIQUE INDEX decisions_by_key ON decisions (session, key) WHERE key IS NOT NULL;

-- A cache: nothing here is believed without a decision that confirms it.
CREATE TABLE snapshots (
  session TEXT PRIMARY KEY REFERENCES sessions,
  seq     INTEGER NOT NULL,
  bytes   BLOB NOT NULL,
  sum     TEXT NOT NULL
) STRICT;

CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are never removed'); END;
CREATE TRIGGER sessions_keep BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'sessions are never changed'); END;
CREATE TRIGGER sessions_stay BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'sessions are never removed'); END;
CREATE TRIGGER releases_keep BEFORE UPDATE ON releases BEGIN SELECT RAISE(ABORT, 'releases are never changed'); END;
CREATE TRIGGER releases_stay BEFORE DELETE ON releases BEGIN SELECT RAISE(ABORT, 'releases are never removed'); END;
CREATE TRIGGER documents_stay BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'documents are never removed'); END;
CREATE TRIGGER documents_keep BEFORE UPDATE ON documents
WHEN OLD.signature IS NOT NULL OR NEW.signature IS NULL OR OLD.rowid <> NEW.rowid
  OR (OLD.digest, OLD.kind, OLD.name, OLD.version, OLD.bytes, OLD.sum, OLD.catalog, OLD.at, OLD.by)
  IS NOT (NEW.digest, NEW.kind, NEW.name, NEW.version, NEW.bytes, NEW.sum, NEW.catalog, NEW.at, NEW.by)
BEGIN SELECT RAISE(ABORT, 'documents are never changed, a signature is added at most once'); END;

-- INSERT OR REPLACE would remove what it replaces without asking the triggers above.
CREATE TRIGGER decisions_once BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE session = NEW.session AND seq = NEW.seq) OR EXISTS (SELECT 1 FROM decisions WHERE rowid = NEW.rowid)
  OR EXISTS (SELECT 1 FROM decisions WHERE session = NEW.session AND key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'decisions are never replaced'); END;
CREATE TRIGGER sessions_once BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM sessions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'sessions are never replaced'); END;
CREATE TRIGGER releases_once BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM releases WHERE (kind, name, version) = (NEW.kind, NEW.name, NEW.version)) OR EXISTS (SELECT 1 FROM releases WHERE published = NEW.published)
BEGIN SELECT RAISE(ABORT, 'releases are never replaced'); END;
CREATE TRIGGER documents_once BEFORE INSERT ON documents
WHEN EXISTS (SELECT 1 FROM documents WHERE digest = NEW.digest) OR EXISTS (SELECT 1 FROM documents WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'documents are never replaced'); END;
