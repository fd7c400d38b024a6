-- What the authority remembers: users, and their API tokens. Instants are milliseconds since 1970.

-- One row, whose only use is that it cannot be written unless the statement before it changed one row.
CREATE TABLE edgeward_guard (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  changed INTEGER NOT NULL CHECK (changed = 1)
) STRICT;

CREATE TABLE edgeward_users (
  id             TEXT NOT NULL PRIMARY KEY,
  name           TEXT,
  email          TEXT, -- in lower case
  email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
  image          TEXT,
  role           TEXT NOT NULL DEFAULT 'user',
  banned_until   INTEGER, -- the last instant of JavaScript's Date is for good
  ban_reason     TEXT,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX edgeward_users_email ON edgeward_users (email) WHERE email IS NOT NULL AND email_verified = 1;

CREATE TABLE edgeward_api_tokens (
  id           TEXT NOT NULL PRIMARY KEY,
  hash         TEXT NOT NULL UNIQUE, -- SHA-256 of the whole token, as hex
  prefix       TEXT NOT NULL,        -- how it begins, to be recognised by
  user_id      TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  scopes       TEXT NOT NULL,        -- JSON
  max_requests INTEGER CHECK (max_requests > 0),
  window_ms    INTEGER CHECK (window_ms > 0),
  metadata     TEXT,                 -- JSON
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER,
  revoked_at   INTEGER,
  CHECK ((max_requests IS NULL) = (window_ms IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_api_tokens_user ON edgeward_api_tokens (user_id, created_at);
