-- Connected accounts. `slot` is 'single' for the one account that a new connection replaces and the row's own id for
-- an additional account, so that two first connections at the same moment collide. `lease_*` and `in_doubt_*` belong
-- to token care: who may send the refresh token now, and how often it was sent without a stored outcome.
CREATE TABLE credentials (
    project_id @id@ NOT NULL,
    id @id@ NOT NULL,
    integration_id @id@ NOT NULL,
    user_id @id@ NOT NULL,
    slot TEXT NOT NULL,
    status TEXT NOT NULL,
    invalid_code TEXT NOT NULL,
    invalid_reason TEXT NOT NULL,
    external_id TEXT,
    provider_id TEXT NOT NULL,
    provider_data TEXT NOT NULL,
    granted_scopes TEXT NOT NULL,
    sealed_secrets @bytes@ NOT NULL,
    has_refresh_token @bigint@ NOT NULL,
    version @bigint@ NOT NULL,
    expires_at @bigint@,
    refreshed_at @bigint@,
    refresh_failures @bigint@ NOT NULL,
    refresh_not_before @bigint@,
    in_doubt_since @bigint@,
    in_doubt_attempts @bigint@ NOT NULL,
    lease_owner TEXT,
    lease_epoch @bigint@ NOT NULL,
    lease_beat @bigint@ NOT NULL,
    lease_until @bigint@,
    is_preview @bigint@ NOT NULL,
    created_at @bigint@ NOT NULL,
    updated_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, user_id, integration_id, slot),
    UNIQUE (project_id, user_id, integration_id, external_id),
    -- An account that is being connected while its user or integration is deleted must not outlive them.
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, integration_id) REFERENCES integrations (project_id, id) ON DELETE CASCADE
) @strict@;

CREATE INDEX credentials_by_creation ON credentials (project_id, created_at, id);
CREATE INDEX credentials_by_integration ON credentials (project_id, integration_id);
CREATE INDEX credentials_by_refresh ON credentials (refreshed_at);

-- User settings and workflow switches under a credential; exactly one row of each credential is the default.
CREATE TABLE credential_configurations (
    project_id @id@ NOT NULL,
    id @id@ NOT NULL,
    credential_id @id@ NOT NULL,
    is_default @bigint@ NOT NULL,
    external_id TEXT,
    shared_settings TEXT NOT NULL,
    workflow_settings TEXT NOT NULL,
    meta TEXT NOT NULL,
    created_at @bigint@ NOT NULL,
    updated_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, credential_id, external_id),
    FOREIGN KEY (project_id, credential_id) REFERENCES credentials (project_id, id) ON DELETE CASCADE
) @strict@;
