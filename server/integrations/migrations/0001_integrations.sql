-- Definitions of providers. `definition` is the JSON of api.yaml without the icon; a literal client secret is sealed under
-- the project's keys and empty when there is none.
CREATE TABLE integrations (
    project_id @id@ NOT NULL,
    id @id@ NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    revision @bigint@ NOT NULL,
    definition TEXT NOT NULL,
    icon TEXT NOT NULL,
    sealed_client_secret @bytes@ NOT NULL,
    created_at @bigint@ NOT NULL,
    updated_at @bigint@ NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, slug),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) @strict@;

-- Icons are addressed without their project.
CREATE INDEX integrations_by_id ON integrations (id);
