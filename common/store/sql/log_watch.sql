-- Does the server still answer, and is it still set as it must be? Asked again and again while serving.
-- params: none
-- columns: fsync bool, full_page_writes bool, warns bool
select pg_catalog.current_setting('fsync')::bool as fsync,
    pg_catalog.current_setting('full_page_writes')::bool as full_page_writes,
    pg_catalog.current_setting('client_min_messages') not in ('error', 'fatal', 'panic') as warns
