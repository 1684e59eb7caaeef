CREATE TABLE documents (
  digest    text COLLATE "C" PRIMARY KEY,
  kind      text NOT NULL,
  name      text NOT NULL,
  version   text NOT NULL,
  bytes     bytea NOT NULL,
  sum       text NOT NULL,            -- sha256 of bytes; the digest may be of something else
  signature bytea,
  catalog   text NOT NULL DEFAULT '',
  at        bigint NOT NULL,
  by        text NOT NULL
);

-- Who has a name. The key is the lock.
CREATE TABLE releases (
  kind      text COLLATE "C" NOT NULL,
  name      text COLLATE "C" NOT NULL,
  version   text COLLATE "C" NOT NULL,
  digest    text COLLATE "C" NOT NULL REFERENCES documents,
  published bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of publication
  UNIQUE (kind, name, version)
);
CREATE INDEX releases_in_order ON releases (kind, name, published);

CREATE TABLE sessions (
  id      text COLLATE "C" PRIMARY KEY,
  bundle  text NOT NULL,
  genesis text NOT NULL,
  owner   text COLLATE "C" NOT NULL,
  at      bigint NOT NULL
);
CREATE INDEX sessions_of_owner ON sessions (owner, id);

-- The key is the lock: of two writers of one seq, one loses.
-- No foreign key to sessions: the statement that appends begins at a session's genesis.
CREATE TABLE decisions (
  session text COLLATE "C" NOT NULL,
  seq     bigint NOT NULL CHECK (seq > 0),
  bytes   bytea NOT NULL,
  digest  text NOT NULL,
  prev    text NOT NULL,
  key     text COLLATE "C",
  PRIMARY KEY (session, seq)
);
CREATE UNIQUE INDEX decisions_by_key ON decisions (session, key) WHERE key IS NOT NULL;

-- A cache: nothing here is believed without a decision that confirms it.
CREATE TABLE snapshots (
  session text COLLATE "C" PRIMARY KEY REFERENCES sessions,
  seq     bigint NOT NULL,
  bytes   bytea NOT NULL,
  sum     text NOT NULL
);

CREATE FUNCTION holdfast_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% are never changed or removed', TG_TABLE_NAME; END $$;

CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION holdfast_keep();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION holdfast_keep();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON releases FOR EACH STATEMENT EXECUTE FUNCTION holdfast_keep();
CREATE TRIGGER stay BEFORE DELETE OR TRUNCATE ON documents FOR EACH STATEMENT EXECUTE FUNCTION holdfast_keep();
CREATE TRIGGER keep BEFORE UPDATE ON documents FOR EACH ROW
WHEN (OLD.signature IS NOT NULL OR NEW.signature IS NULL
  OR (OLD.digest, OLD.kind, OLD.name, OLD.version, OLD.bytes, OLD.sum, OLD.catalog, OLD.at, OLD.by)
  IS DISTINCT FROM (NEW.digest, NEW.kind, NEW.name, NEW.version, NEW.bytes, NEW.sum, NEW.catalog, NEW.at, NEW.by))
EXECUTE FUNCTION holdfast_keep();
