-- When a session has to be looked at, although nobody asks. A hint: it may be lost, and nothing is believed of it.
CREATE TABLE reminders (
  at      bigint NOT NULL,
  session text COLLATE "C" NOT NULL,
  PRIMARY KEY (at, session)
);
