-- This transaction is on disk before its COMMIT is answered, whatever the server's default.
-- params: none
-- columns: setting text
select pg_catalog.set_config('synchronous_commit', 'on', true) as setting
