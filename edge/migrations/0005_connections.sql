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
