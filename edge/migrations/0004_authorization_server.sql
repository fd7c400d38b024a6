-- What the authorization server remembers. Instants are milliseconds since 1970; credentials are kept as hashes or
-- message authentication codes, private keys sealed.

-- A key signs from `signs_from` on until that of the next generation does.
CREATE TABLE edgeward_signing_keys (
  algorithm  TEXT NOT NULL,
  generation INTEGER NOT NULL CHECK (generation > 0),
  kid        TEXT NOT NULL UNIQUE,
  public     TEXT NOT NULL, -- JWK
  sealed     TEXT NOT NULL, -- the private JWK
  created_at INTEGER NOT NULL,
  signs_from INTEGER NOT NULL,
  PRIMARY KEY (algorithm, generation)
) STRICT, WITHOUT ROWID;

-- Clients that have registered themselves; those that the operator knows are in the settings.
CREATE TABLE edgeward_clients (
  id                TEXT NOT NULL PRIMARY KEY,
  metadata          TEXT NOT NULL,        -- JSON, RFC 7591
  secret_hash       TEXT,                 -- SHA-256, as hex
  registration_hash TEXT NOT NULL UNIQUE, -- of the token that the registration is looked after with
  created_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a user, or a client for itself, has granted; its refresh tokens are numbered.
CREATE TABLE edgeward_grants (
  id               TEXT NOT NULL PRIMARY KEY,
  client_id        TEXT NOT NULL,
  user_id          TEXT REFERENCES edgeward_users (id) ON DELETE CASCADE,
  session_id       TEXT,             -- `sid`: the session that it was granted in, or its own
  scope            TEXT NOT NULL,
  resources        TEXT NOT NULL,    -- JSON
  jkt              TEXT,             -- the key that its tokens are bound to
  authenticated_at INTEGER,
  active           INTEGER NOT NULL, -- the number of the refresh token that nobody has used
  uses             TEXT NOT NULL,    -- JSON: when those before it were first used
  idle_until       INTEGER NOT NULL,
  until            INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  ended_at         INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_grants_user ON edgeward_grants (user_id, client_id);
CREATE INDEX edgeward_grants_session ON edgeward_grants (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX edgeward_grants_until ON edgeward_grants (until);

CREATE TABLE edgeward_codes (
  hash             TEXT NOT NULL PRIMARY KEY,
  grant_id         TEXT NOT NULL UNIQUE, -- the grant that it is redeemed for
  client_id        TEXT NOT NULL,
  user_id          TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  session_id       TEXT NOT NULL,
  redirect_uri     TEXT NOT NULL,
  challenge        TEXT NOT NULL,
  nonce            TEXT,
  scope            TEXT NOT NULL,
  resources        TEXT NOT NULL,
  jkt              TEXT,
  authenticated_at INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  redeemed_at      INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_codes_expiry ON edgeward_codes (expires_at);

CREATE TABLE edgeward_consents (
  user_id    TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  client_id  TEXT NOT NULL,
  scope      TEXT NOT NULL,
  resources  TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE edgeward_devices (
  hash             TEXT NOT NULL PRIMARY KEY,
  user_code        TEXT NOT NULL UNIQUE, -- its message authentication code: it could be guessed from a hash
  client_id        TEXT NOT NULL,
  scope            TEXT NOT NULL,
  resources        TEXT NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied')),
  user_id          TEXT REFERENCES edgeward_users (id) ON DELETE CASCADE,
  authenticated_at INTEGER,
  interval_ms      INTEGER NOT NULL,
  slowed           INTEGER NOT NULL DEFAULT 0 CHECK (slowed IN (0, 1)), -- whether it asked too early the last time
  polled_at        INTEGER,
  expires_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_devices_expiry ON edgeward_devices (expires_at);

CREATE TABLE edgeward_pushed_requests (
  hash       TEXT NOT NULL PRIMARY KEY,
  client_id  TEXT NOT NULL,
  parameters TEXT NOT NULL, -- form-encoded, without a credential
  jkt        TEXT,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_pushed_requests_expiry ON edgeward_pushed_requests (expires_at);

-- Access tokens that were revoked before they expired.
CREATE TABLE edgeward_revoked_tokens (
  id         TEXT NOT NULL PRIMARY KEY, -- `jti`
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_revoked_tokens_expiry ON edgeward_revoked_tokens (expires_at);
