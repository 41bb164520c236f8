-- The private key of private_key_jwt and the certificate of mutual TLS, sealed as the client secret is; null or empty when
-- there is none.
ALTER TABLE integrations ADD COLUMN sealed_client_private_key @bytes@;
ALTER TABLE integrations ADD COLUMN sealed_client_certificate @bytes@;
