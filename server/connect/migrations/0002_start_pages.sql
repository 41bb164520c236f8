-- A flow may begin at a start page, an address without a token that one browser opens (hash of its one-time ticket), and may
-- end by sending that browser back to a page of the product.
ALTER TABLE connect_flows ADD COLUMN ticket_hash TEXT;
ALTER TABLE connect_flows ADD COLUMN return_url TEXT NOT NULL DEFAULT '';
-- Why a failed flow failed, in words for people: whoever waits for its end is told.
ALTER TABLE connect_flows ADD COLUMN error_code TEXT NOT NULL DEFAULT '';
ALTER TABLE connect_flows ADD COLUMN error_message TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX connect_flows_by_ticket ON connect_flows (project_id, ticket_hash);
CREATE INDEX connect_flows_by_session ON connect_flows (project_id, user_id, session_key_hash);
