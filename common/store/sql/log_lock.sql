-- Waits until no other cpfd holds this log: a standby stands here. Held by the session.
-- params: none
-- columns: got text
select pg_catalog.pg_advisory_lock(6516838)::text as got
