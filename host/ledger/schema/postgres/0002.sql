-- More signatures of a document, of keys that came later than the first. They are only ever added.
CREATE TABLE signatures (
  digest text COLLATE "C" NOT NULL REFERENCES documents,
  sum    text COLLATE "C" NOT NULL,  -- sha256 of note
  note   bytea NOT NULL,
  at     bigint NOT NULL,
  PRIMARY KEY (digest, sum)
);
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON signatures FOR EACH STATEMENT EXECUTE FUNCTION holdfast_keep();
