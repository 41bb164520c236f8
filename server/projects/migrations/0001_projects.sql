-- Projects with what belongs to them alone: signing keys, environment secrets, data keys, audit events.
CREATE TABLE projects (
    id @id@ NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- a JSON array of origins
    allowed_origins TEXT NOT NULL,
    created_at @bigint@ NOT NULL,
    updated_at @bigint@ NOT NULL
) @strict@;

-- The public halves; a revoked key keeps its row, so that the list tells what was there.
CREATE TABLE signing_keys (
    project_id @id@ NOT NULL REFERENCES projects (id),
    id @id@ NOT NULL,
    public_pem TEXT NOT NULL,
    created_at @bigint@ NOT NULL,
    revoked_at @bigint@,
    PRIMARY KEY (project_id, id)
) @strict@;

CREATE TABLE environment_secrets (
    project_id @id@ NOT NULL REFERENCES projects (id),
    id @id@ NOT NULL,
    name TEXT NOT NULL,
    sealed_value @bytes@ NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at @bigint@ NOT NULL,
    updated_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, name)
) @strict@;

-- Generation 1 is made on first use; a rotation adds the next one, which seals new values from seals_from on.
CREATE TABLE project_data_keys (
    project_id @id@ NOT NULL REFERENCES projects (id),
    key_id @id@ NOT NULL,
    generation @bigint@ NOT NULL,
    wrapped_key @bytes@ NOT NULL,
    master_key_id TEXT NOT NULL,
    seals_from @bigint@ NOT NULL,
    created_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, key_id),
    UNIQUE (project_id, generation)
) @strict@;
CREATE INDEX project_data_keys_by_master_key ON project_data_keys (master_key_id);

-- One value sealed under each master key ever used, so that a wrong key is noticed at start. Rows stay: a retired
-- master key may not wrap new data keys.
CREATE TABLE master_key_checks (
    master_key_id TEXT NOT NULL PRIMARY KEY,
    check_value @bytes@ NOT NULL,
    created_at @bigint@ NOT NULL,
    last_used_at @bigint@ NOT NULL,
    retired_at @bigint@
) @strict@;

-- No reference to projects: events of the whole installation have the nil project.
CREATE TABLE audit_events (
    project_id @id@ NOT NULL,
    order_key @bigint@ NOT NULL,
    id @id@ NOT NULL,
    at @bigint@ NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_label TEXT NOT NULL,
    actor_address TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (project_id, order_key, id)
) @strict@;
