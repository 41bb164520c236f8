-- The people who run Tenon. Accounts and their sessions stand above projects; everything else
-- belongs to one. Secrets (passwords, session and link tokens, API keys) are stored as hashes only.
CREATE TABLE accounts (
    id            @id@ NOT NULL PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at    @bigint@ NOT NULL,
    updated_at    @bigint@ NOT NULL
) @strict@;

CREATE TABLE account_sessions (
    id           @id@ NOT NULL PRIMARY KEY,
    account_id   @id@ NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_hash   TEXT NOT NULL UNIQUE,
    address      TEXT NOT NULL,
    user_agent   TEXT NOT NULL,
    created_at   @bigint@ NOT NULL,
    last_seen_at @bigint@ NOT NULL
) @strict@;

CREATE INDEX account_sessions_of_account ON account_sessions (account_id, last_seen_at);

-- One-time links that make the first account; none is left once there is one.
CREATE TABLE setup_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    created_at @bigint@ NOT NULL,
    expires_at @bigint@ NOT NULL
) @strict@;

-- Attempts to sign in, counted for each account name (as a hash, known or not) and each address.
CREATE TABLE sign_in_attempts (
    subject        TEXT NOT NULL PRIMARY KEY,
    attempts       @bigint@ NOT NULL,
    window_ends_at @bigint@ NOT NULL
) @strict@;

CREATE INDEX sign_in_attempts_by_end ON sign_in_attempts (window_ends_at);

CREATE TABLE memberships (
    project_id @id@ NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    account_id @id@ NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role       TEXT NOT NULL CHECK (role IN ('admin', 'member', 'support')),
    created_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, account_id)
) @strict@;

CREATE INDEX memberships_of_account ON memberships (account_id);

CREATE TABLE invitations (
    project_id @id@ NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    id         @id@ NOT NULL,
    email      TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('admin', 'member', 'support')),
    token_hash TEXT NOT NULL,
    created_at @bigint@ NOT NULL,
    expires_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, email)
) @strict@;

CREATE INDEX invitations_by_token ON invitations (token_hash);

CREATE TABLE api_keys (
    project_id   @id@ NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    id           @id@ NOT NULL,
    name         TEXT NOT NULL,
    key_hash     TEXT NOT NULL,
    suffix       TEXT NOT NULL,
    created_at   @bigint@ NOT NULL,
    last_used_at @bigint@,
    PRIMARY KEY (project_id, id)
) @strict@;

CREATE INDEX api_keys_by_hash ON api_keys (key_hash);

-- The private half of the signing key that signs a project's try-out tokens, sealed by the vault.
CREATE TABLE try_out_keys (
    project_id         @id@ NOT NULL PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    signing_key_id     @id@ NOT NULL,
    sealed_private_pem @bytes@ NOT NULL,
    created_at         @bigint@ NOT NULL
) @strict@;
