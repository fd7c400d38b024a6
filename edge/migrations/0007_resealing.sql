-- How far the search has come for what is sealed under an older secret, so that the secret can be taken away.

CREATE TABLE edgeward_resealing (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), -- one search at a time
  secrets TEXT    NOT NULL, -- with which secrets: what becomes of them by a one-way function
  place   INTEGER NOT NULL, -- which column is searched
  after   TEXT    NOT NULL, -- the last row there that was looked at
  sealed  INTEGER NOT NULL, -- how many were sealed anew
  lost    INTEGER NOT NULL  -- how many no secret opens
) STRICT;
