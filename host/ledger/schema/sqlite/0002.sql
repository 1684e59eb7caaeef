-- More signatures of a document, of keys that came later than the first. They are only ever added.
CREATE TABLE signatures (
  digest TEXT NOT NULL REFERENCES documents,
  sum    TEXT NOT NULL,              -- sha256 of note
  note   BLOB NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (digest, sum)
) STRICT;
CREATE TRIGGER signatures_keep BEFORE UPDATE ON signatures BEGIN SELECT RAISE(ABORT, 'signatures are never changed'); END;
CREATE TRIGGER signatures_stay BEFORE DELETE ON signatures BEGIN SELECT RAISE(ABORT, 'signatures are never removed'); END;
CREATE TRIGGER signatures_once BEFORE INSERT ON signatures
WHEN EXISTS (SELECT 1 FROM signatures WHERE (digest, sum) = (NEW.digest, NEW.sum)) OR EXISTS (SELECT 1 FROM signatures WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'signatures are never replaced'); END;
