-- Deploy cpf:maps to pg
-- requires: projections
-- The rows of the daily maps of streams, and the one way in which a personal value leaves.
begin;

-- Owns one function and may delete from one table; nobody logs in as it and nobody is a member of it.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'cpf_redactor') then
        create role cpf_redactor nologin;
    end if;
end $$;
grant usage on schema cpf to cpf_redactor;

set local role cpf_owner;

create table cpf.map_row (
    map     bigint  not null check (map > 0),
    stream  text    not null check (stream <> ''),
    salt    bytea   not null check (octet_length(salt) = 32),
    count   bigint  not null check (count > 0),
    last    bytea   not null check (octet_length(last) = 32),
    primary key (map, stream)
);
create index map_row_stream on cpf.map_row (stream, map);
comment on table cpf.map_row is
    'The daily maps of streams: one row for each stream that was open, or had an entry since the map before. The RFC 6962 '
    'root over sha256(salt || stream) || int8send(count) || last stands in the log.batch-map entry of that number.';
comment on column cpf.map_row.map is 'Number of the map, from 1.';
comment on column cpf.map_row.stream is 'The stream''s name.';
comment on column cpf.map_row.salt is 'Fresh for each row and map, so that a root tells nobody which streams there are.';
comment on column cpf.map_row.count is 'Entries of the stream before the map''s own entry.';
comment on column cpf.map_row.last is 'Leaf hash of the last of them.';
comment on index cpf.map_row_stream is 'The newest map that counts a stream.';
create trigger keep before update or delete or truncate on cpf.map_row
    for each statement execute function cpf.log_keep();
grant select, insert on cpf.map_row to cpf_writer;
grant select on cpf.map_row to cpf_reader;

-- Also the owner forgets by cpf.forget alone.
create trigger keep_values before delete on cpf.disclosure
    for each statement when (current_user <> 'cpf_redactor') execute function cpf.log_keep();
grant select on cpf.entry to cpf_redactor;
grant select, delete on cpf.disclosure to cpf_redactor;

create or replace view cpf.schema_version as select 2 as version;

-- Forgetting is a transaction of its entry: the row it stands in was written by whoever calls, just now (xmin).
create function cpf.forget(redacted_idx bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    said json;
    of_stream text;
    gone bigint;
begin
    select e.body::json -> 'body', e.stream into said, of_stream
    from cpf.entry e
    where e.idx = redacted_idx and e.kind = 'redacted' and e.xmin = pg_current_xact_id()::xid;
    if not found then
        raise exception 'forget: this transaction wrote no redacted entry at %', redacted_idx using errcode = 'CPF04',
            hint = 'A personal value is deleted together with the entry that says so, by cpfd (doc/quality.md).';
    end if;
    if not exists (
        select from cpf.entry t
        where t.idx = (said ->> 'idx')::bigint and t.idx < redacted_idx and t.stream = of_stream) then
        raise exception 'forget: the entry at % names no earlier entry of its own stream', redacted_idx
            using errcode = 'CPF04';
    end if;
    delete from cpf.disclosure d
    where d.idx = (said ->> 'idx')::bigint
        and d.name in (select json_array_elements_text(said -> 'names'));
    get diagnostics gone = row_count;
    return gone;
end $$;
comment on function cpf.forget is
    'Deletes the personal values that a redacted entry names; only in the transaction that wrote that entry. '
    'Returns how many there were.';
revoke all on function cpf.forget(bigint) from public;
grant execute on function cpf.forget(bigint) to cpf_writer;

create view cpf.redactions as
select s.idx, s.stream, (s.entry -> 'body' ->> 'idx')::bigint as of_idx, n.name, s.local_time, s.person,
    s.entry -> 'body' ->> 'approver' as approver, r.salted as reason,
    not exists (select from cpf.disclosure d
        where d.idx = (s.entry -> 'body' ->> 'idx')::bigint and d.name = n.name) as gone,
    s.checkpoint_size
from cpf.story s
cross join lateral pg_catalog.json_array_elements_text(s.entry -> 'body' -> 'names') n (name)
left join cpf.disclosure r on r.idx = s.idx and r.name = 'reason'
where s.what = 'redacted';
comment on view cpf.redactions is 'Every personal value that was erased: which, when, by whom, approved by whom.';
comment on column cpf.redactions.idx is 'Of the entry that says so.';
comment on column cpf.redactions.of_idx is 'Of the entry whose value it was.';
comment on column cpf.redactions.name is 'The personal field''s name.';
comment on column cpf.redactions.reason is 'In salted form, like every word that people write.';
comment on column cpf.redactions.gone is 'Is the value really not there? False is a finding.';

create view cpf.personal as
select s.idx, s.stream, s.local_time, s.what, p.key as name,
    case when d.idx is not null then 'held' when x.idx is not null then 'redacted' else 'missing' end as state
from cpf.story s
cross join lateral pg_catalog.json_each_text(s.entry -> 'pd') p
left join cpf.disclosure d on d.idx = s.idx and d.name = p.key
left join cpf.redactions x on x.stream = s.stream and x.of_idx = s.idx and x.name = p.key;
comment on view cpf.personal is
    'Every personal field of every entry, and what became of its value: held, redacted, or missing (a finding). '
    'Ask by stream.';
comment on column cpf.personal.name is 'The personal field''s name; its digest stands in the entry.';

create view cpf.maps as
select (s.entry -> 'body' ->> 'map')::bigint as map, s.idx, s.local_time, (s.entry -> 'body' ->> 'rows')::bigint as rows,
    (select count(*) from cpf.map_row m where m.map = (s.entry -> 'body' ->> 'map')::bigint) as rows_kept,
    (s.entry -> 'body' ->> 'voids')::bigint as voids, s.entry -> 'body' ->> 'root' as root, s.checkpoint_size
from cpf.story s
where s.stream = 'log' and s.what = 'log.batch-map';
comment on view cpf.maps is 'The daily maps of streams, by which a bundle of an open batch is shown to be complete.';
comment on column cpf.maps.rows is 'Streams counted.';
comment on column cpf.maps.rows_kept is 'Rows of cpf.map_row; another number is a finding.';
comment on column cpf.maps.voids is 'log.void entries before it.';

grant select on cpf.redactions, cpf.personal, cpf.maps to cpf_reader, cpf_writer;

reset role;
alter function cpf.forget(bigint) owner to cpf_redactor;

commit;
