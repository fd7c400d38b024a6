-- Who a user is at providers, and what providers granted. Instants are milliseconds since 1970.

-- A way to sign in: what a provider calls a user.
CREATE TABLE edgeward_accounts (
  provider   TEXT NOT NULL, -- the name in the settings
  subject    TEXT NOT NULL, -- the provider's own id, which never changes; no address
  user_id    TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_accounts_user ON edgeward_accounts (user_id, created_at);

-- What began at a provider and waits for its callback, for ten minutes.
CREATE TABLE edgeward_transactions (
  state      TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the state, as hex
  kind       TEXT NOT NULL CHECK (kind IN ('connect', 'sign-in', 'link')),
  provider   TEXT NOT NULL,
  user_id    TEXT REFERENCES edgeward_users (id) ON DELETE CASCADE,
  binding    TEXT NOT NULL,             -- SHA-256 of what only the browser, or the caller, that began has
  sealed     TEXT NOT NULL,             -- code verifier, nonce and the rest
  expires_at INTEGER NOT NULL,
  CHECK ((user_id IS NULL) = (kind = 'sign-in'))
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_transactions_expiry ON edgeward_transactions (expires_at);

-- What a provider granted to a user: one connection with each provider.
CREATE TABLE edgeward_connections (
  id            TEXT NOT NULL PRIMARY KEY,
  user_id       TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  provider      TEXT NOT NULL,
  subject       TEXT,                       -- the provider's own id of the account, if it says it
  kind          TEXT NOT NULL CHECK (kind IN ('oauth', 'token')),
  scopes        TEXT NOT NULL,              -- those granted, separated by spaces
  access_token  TEXT NOT NULL,              -- sealed
  refresh_token TEXT,                       -- sealed
  expires_at    INTEGER,                    -- of the access token
  generation    INTEGER NOT NULL DEFAULT 1, -- another one whenever the tokens change
  leased_until  INTEGER NOT NULL DEFAULT 0, -- until when somebody is refreshing them
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  UNIQUE (user_id, provider),
  UNIQUE (provider, subject)
) STRICT, WITHOUT ROWID;

-- A sign-in that was completed for a page of another origin, for two minutes.
CREATE TABLE edgeward_handoffs (
  code       TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the code, as hex
  challenge  TEXT NOT NULL,             -- S256 of the verifier that only the page has which began
  user_id    TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_handoffs_expiry ON edgeward_handoffs (expires_at);
