-- One way through a provider's page. States, handles, keys and tokens are stored as SHA-256 in hex, never as they are.
CREATE TABLE connect_flows (
    project_id @id@ NOT NULL,
    id @id@ NOT NULL,
    integration_id @id@ NOT NULL,
    user_id @id@ NOT NULL,
    status TEXT NOT NULL,
    state_hash TEXT NOT NULL,
    handle_hash TEXT,
    token_hash TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    has_own_redirect @bigint@ NOT NULL,
    origin TEXT NOT NULL,
    session_key_hash TEXT NOT NULL,
    install_options TEXT NOT NULL,
    link_id TEXT,
    credential_id TEXT,
    sealed_secrets @bytes@ NOT NULL,
    expires_at @bigint@ NOT NULL,
    created_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, state_hash),
    UNIQUE (project_id, handle_hash),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) @strict@;

CREATE INDEX connect_flows_by_expiry ON connect_flows (project_id, expires_at);

-- Browsers that opened the nonce page with a user token.
CREATE TABLE connect_browsers (
    project_id @id@ NOT NULL,
    browser_hash TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id @id@ NOT NULL,
    is_confirmed @bigint@ NOT NULL,
    expires_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, browser_hash, token_hash),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) @strict@;

CREATE INDEX connect_browsers_by_expiry ON connect_browsers (project_id, expires_at);

-- Which credential a flow ended in, for the client that polls with its own random key.
CREATE TABLE connect_sessions (
    project_id @id@ NOT NULL,
    user_id @id@ NOT NULL,
    key_hash TEXT NOT NULL,
    credential_id @id@ NOT NULL,
    expires_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, user_id, key_hash),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) @strict@;

CREATE INDEX connect_sessions_by_expiry ON connect_sessions (project_id, expires_at);

-- One-time links to the connect page.
CREATE TABLE connect_links (
    project_id @id@ NOT NULL,
    id @id@ NOT NULL,
    user_id @id@ NOT NULL,
    integration_id @id@ NOT NULL,
    token_hash TEXT NOT NULL,
    browser_hash TEXT,
    install_options TEXT NOT NULL,
    credential_id TEXT,
    last_error_code TEXT NOT NULL,
    last_error_message TEXT NOT NULL,
    expires_at @bigint@ NOT NULL,
    created_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, token_hash),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) @strict@;

CREATE INDEX connect_links_by_expiry ON connect_links (project_id, expires_at);
