-- Sessions of users in browsers, and of agents. Instants are milliseconds since 1970.

CREATE TABLE edgeward_sessions (
  id              TEXT NOT NULL PRIMARY KEY,
  hash            TEXT NOT NULL UNIQUE, -- SHA-256 of the token, as hex
  user_id         TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  remembered      INTEGER NOT NULL CHECK (remembered IN (0, 1)),
  impersonated_by TEXT REFERENCES edgeward_users (id) ON DELETE CASCADE,
  user_agent      TEXT,
  ip_address      TEXT,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,     -- when it was last prolonged
  last_used_at    INTEGER NOT NULL,     -- to the minute
  expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_sessions_user ON edgeward_sessions (user_id, created_at);
CREATE INDEX edgeward_sessions_impersonated ON edgeward_sessions (impersonated_by) WHERE impersonated_by IS NOT NULL;
CREATE INDEX edgeward_sessions_expiry ON edgeward_sessions (expires_at);

-- An agent belongs to whoever names it first: `validateSession` tells the agent's id and nothing else.
CREATE TABLE edgeward_agents (
  id         TEXT NOT NULL PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_agents_user ON edgeward_agents (user_id);

CREATE TABLE edgeward_agent_sessions (
  id         TEXT NOT NULL PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE, -- SHA-256 of the whole token, as hex
  agent_id   TEXT NOT NULL REFERENCES edgeward_agents (id) ON DELETE CASCADE,
  user_id    TEXT NOT NULL REFERENCES edgeward_users (id) ON DELETE CASCADE,
  key_id     TEXT REFERENCES edgeward_api_tokens (id) ON DELETE CASCADE, -- the API token that it was created with
  scopes     TEXT NOT NULL,        -- JSON
  metadata   TEXT,                 -- JSON
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX edgeward_agent_sessions_agent ON edgeward_agent_sessions (agent_id);
CREATE INDEX edgeward_agent_sessions_user ON edgeward_agent_sessions (user_id);
CREATE INDEX edgeward_agent_sessions_key ON edgeward_agent_sessions (key_id) WHERE key_id IS NOT NULL;
CREATE INDEX edgeward_agent_sessions_expiry ON edgeward_agent_sessions (expires_at);
