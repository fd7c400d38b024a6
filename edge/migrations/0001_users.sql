-- The tables in which the gateway looks up who a subject is: see "Users" in docs/operations.md.
-- wrangler d1 migrations apply DATABASE

CREATE TABLE edgeward_profiles (
  issuer         TEXT NOT NULL, -- `iss` of the tokens, character by character
  subject        TEXT NOT NULL, -- `sub`
  email          TEXT,
  name           TEXT,
  platform_admin INTEGER NOT NULL DEFAULT 0 CHECK (platform_admin IN (0, 1)),
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE edgeward_organizations (
  id   TEXT NOT NULL PRIMARY KEY,
  name TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE edgeward_memberships (
  issuer          TEXT NOT NULL,
  subject         TEXT NOT NULL,
  organization_id TEXT NOT NULL REFERENCES edgeward_organizations (id) ON DELETE CASCADE,
  role            TEXT NOT NULL,
  is_primary      INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1)),
  PRIMARY KEY (issuer, subject, organization_id),
  FOREIGN KEY (issuer, subject) REFERENCES edgeward_profiles (issuer, subject) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A user has at most one primary organization.
CREATE UNIQUE INDEX edgeward_primary_membership
  ON edgeward_memberships (issuer, subject) WHERE is_primary = 1;

CREATE TABLE edgeward_role_permissions (
  organization_id TEXT NOT NULL REFERENCES edgeward_organizations (id) ON DELETE CASCADE,
  role            TEXT NOT NULL,
  permission      TEXT NOT NULL,
  PRIMARY KEY (organization_id, role, permission)
) STRICT, WITHOUT ROWID;
