-- Deploy cpf:anchors to pg
-- requires: maps
-- What others said of this log, and what this witness cosigned of theirs.
begin;
set local role cpf_owner;

create table cpf.cosignature (
    size    bigint  not null check (size > 0),
    name    text    not null check (name <> ''),
    line    text    not null check (line <> ''),
    at      timestamptz not null,
    primary key (size, name, at)
);
comment on table cpf.cosignature is
    'Cosignatures of witnesses over checkpoints of this log (C2SP tlog-cosignature): they saw it at that size, and grown from '
    'what they had seen before. line goes behind the checkpoint''s own signature lines as it is.';
comment on column cpf.cosignature.size is 'Of the checkpoint.';
comment on column cpf.cosignature.name is 'Of the witness''s key.';
comment on column cpf.cosignature.line is 'The signature line, without its newline.';
comment on column cpf.cosignature.at is 'The witness''s own clock, signed.';

create table cpf.stamp (
    size    bigint  not null check (size > 0),
    note    text    not null check (note <> ''),
    der     bytea   not null check (octet_length(der) between 1 and 65536),
    at      timestamptz not null,
    primary key (size, at)
);
alter table cpf.stamp alter column der set storage external;
comment on table cpf.stamp is
    'Time stamps (RFC 3161) over checkpoints of this log. `openssl ts -verify` checks der against the bytes of note.';
comment on column cpf.stamp.size is 'Of the checkpoint.';
comment on column cpf.stamp.note is 'What was stamped, exactly: the checkpoint with the signatures that it had then.';
comment on column cpf.stamp.der is 'The authority''s whole answer, DER.';
comment on column cpf.stamp.at is 'The time in the stamp.';

create table cpf.witnessed (
    origin  text    primary key check (origin <> ''),
    vkey    text    not null check (vkey <> ''),
    size    bigint  not null check (size >= 0),
    note    text    not null check (note <> '')
);
comment on table cpf.witnessed is
    'What this facility cosigned of other logs: one row a log, the newest checkpoint. It only grows; a cosignature leaves only '
    'after its row is on disk.';
comment on column cpf.witnessed.origin is 'The other log''s name.';
comment on column cpf.witnessed.vkey is 'Its key that signed the checkpoint.';
comment on column cpf.witnessed.size is 'Size of the newest checkpoint that was cosigned.';
comment on column cpf.witnessed.note is 'That checkpoint, as it came.';

-- A witness never knows less than before, and never two roots of one size. The third line is the root.
create function cpf.witnessed_grow() returns trigger language plpgsql as $$
begin
    if new.origin <> old.origin or new.size < old.size
        or (new.size = old.size
            and pg_catalog.split_part(new.note, E'\n', 3) <> pg_catalog.split_part(old.note, E'\n', 3)) then
        raise exception 'witnessed: % at % does not follow % at %', new.origin, new.size, old.origin, old.size
            using errcode = 'CPF05';
    end if;
    return new;
end $$;
comment on function cpf.witnessed_grow is 'Refuses to forget what was cosigned.';

create trigger grow before update on cpf.witnessed
    for each row execute function cpf.witnessed_grow();
create trigger keep before delete or truncate on cpf.witnessed
    for each statement execute function cpf.log_keep();
create trigger keep before update or delete or truncate on cpf.cosignature
    for each statement execute function cpf.log_keep();
create trigger keep before update or delete or truncate on cpf.stamp
    for each statement execute function cpf.log_keep();

create view cpf.anchors as
select c.size, 'witness'::text as kind, c.name, c.at at time zone 'UTC' as utc from cpf.cosignature c
union all
select s.size, 'time stamp', null, s.at at time zone 'UTC' from cpf.stamp s;
comment on view cpf.anchors is
    'Every anchor of this log: who saw it at which size, and when. An entry of index i was there at the first anchor of a size '
    'above i.';
comment on column cpf.anchors.size is 'Of the checkpoint that was cosigned or stamped.';
comment on column cpf.anchors.kind is 'witness or time stamp.';
comment on column cpf.anchors.name is 'Of the witness.';
comment on column cpf.anchors.utc is 'When, by the clock of whoever anchored it.';

grant select, insert on cpf.cosignature, cpf.stamp to cpf_writer;
grant select, insert, update on cpf.witnessed to cpf_writer;
grant select on cpf.cosignature, cpf.stamp, cpf.witnessed to cpf_reader;
grant select on cpf.anchors to cpf_reader, cpf_writer;

commit;
