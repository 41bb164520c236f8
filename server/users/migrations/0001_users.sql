-- Connected users: one row for each `sub` that a project's user tokens have named.
-- search_text is the lower-cased external id, name and e-mail address, for the dashboard's search.
CREATE TABLE users (
    project_id     @id@ NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    id             @id@ NOT NULL,
    external_id    TEXT NOT NULL,
    meta           TEXT NOT NULL,
    search_text    TEXT NOT NULL,
    disabled       @bigint@ NOT NULL,
    created_at     @bigint@ NOT NULL,
    last_active_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, external_id)
) @strict@;

CREATE INDEX users_by_age ON users (project_id, created_at, id);
