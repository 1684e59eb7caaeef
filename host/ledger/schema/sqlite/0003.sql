-- When a session has to be looked at, although nobody asks. A hint: it may be lost, and nothing is believed of it.
CREATE TABLE reminders (
  at      INTEGER NOT NULL,
  session TEXT NOT NULL,
  PRIMARY KEY (at, session)
) STRICT, WITHOUT ROWID;
