-- What is kept so that a change that is asked for twice happens once.

CREATE TABLE edgeward_answers (
  id         TEXT    NOT NULL PRIMARY KEY, -- SHA-256 of the caller, the operation and the caller's key, as hex
  answer     TEXT    NOT NULL,             -- the answer and what it was given for, sealed
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_answers_expiry ON edgeward_answers (expires_at);
