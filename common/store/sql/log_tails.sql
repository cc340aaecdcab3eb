-- How far each table really goes, to be compared with the head; and what a server must not be set to.
-- params: none
-- columns: entries int8, checkpoints int8, note text, last_at int8, fsync bool, full_page_writes bool, encoding text, version int8
select coalesce((select max(idx) from cpf.entry), -1) + 1 as entries,
    coalesce((select max(size) from cpf.checkpoint), 0) as checkpoints,
    coalesce((select c.note from cpf.checkpoint c order by c.size desc limit 1), '') as note,
    coalesce((select (extract(epoch from e.at) * 1000)::int8 from cpf.entry e where e.body is not null
        order by e.idx desc limit 1), 0) as last_at,
    pg_catalog.current_setting('fsync')::bool as fsync,
    pg_catalog.current_setting('full_page_writes')::bool as full_page_writes,
    pg_catalog.current_setting('server_encoding') as encoding,
    (select version from cpf.schema_version)::int8 as version
