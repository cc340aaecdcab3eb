-- Deploy cpf:log to pg
-- requires: roles
begin;
set local role cpf_owner;

create table cpf.log_head (
    one     boolean primary key default true check (one),
    origin  text    not null check (origin <> ''),
    epoch   bigint  not null check (epoch >= 0),
    size    bigint  not null check (size >= 0),
    root    bytea   not null check (octet_length(root) = 32),
    note    text    not null
);
comment on table cpf.log_head is
    'One row: how far the log goes. The only row of the log that is ever updated, by compare-and-swap.';
comment on column cpf.log_head.origin is 'Name of the log; begins training. for logs with a simulated clock.';
comment on column cpf.log_head.epoch is 'Raised by one at each fence: who holds the newest epoch may write.';
comment on column cpf.log_head.size is 'Number of leaves.';
comment on column cpf.log_head.root is 'RFC 6962 root over them.';
comment on column cpf.log_head.note is 'The newest checkpoint (C2SP signed note); empty while the log is empty.';

-- body is text, never jsonb: these very bytes are hashed and signed.
create table cpf.entry (
    idx     bigint  primary key check (idx >= 0),
    id      uuid    unique,
    stream  text,
    sseq    bigint  check (sseq > 0),
    kind    text,
    at      timestamptz,
    body    text    check (octet_length(body) <= 65535),
    leaf    bytea   not null check (octet_length(leaf) = 32),
    unique (stream, sseq),
    check (num_nulls(stream, sseq, kind, at, body) in (0, 5)),
    check (body is not null or id is null)
);
alter table cpf.entry alter column body set storage extended;
comment on table cpf.entry is
    'The log: one row a leaf, never changed. leaf = sha256(''\x00'' || convert_to(body, ''UTF8'')). '
    'A row without body is void: signed, but lost before it was stored; log.void after it says so.';
comment on column cpf.entry.idx is 'Position in the log and in the Merkle tree, from 0.';
comment on column cpf.entry.id is 'The client''s id (UUIDv7) on a command''s first entry.';
comment on column cpf.entry.stream is 'What the entry is about: batch/…, person/…, day/… (copied from body).';
comment on column cpf.entry.sseq is 'Position in the stream, gapless from 1 (copied from body).';
comment on column cpf.entry.kind is 'What happened (copied from body).';
comment on column cpf.entry.at is 'When it was recorded (copied from body).';
comment on column cpf.entry.body is 'The entry: canonical JSON, exactly the bytes that were hashed.';
comment on column cpf.entry.leaf is 'RFC 6962 leaf hash.';

-- Start-up reads open streams only: these two keep its cost at the number of streams, and of void rows.
create index entry_first on cpf.entry (stream) where sseq = 1;
create index entry_closing on cpf.entry (stream, sseq desc, kind)
    where kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed');
create index entry_void on cpf.entry (idx) where body is null;
comment on index cpf.entry_first is 'Every stream there is.';
comment on index cpf.entry_closing is 'Entries that close or reopen a stream.';
comment on index cpf.entry_void is 'Void rows.';

create table cpf.tile (
    level   smallint not null check (level between 0 and 7),
    n       bigint  not null check (n >= 0),
    data    bytea   not null check (octet_length(data) = 8192),
    primary key (level, n)
);
alter table cpf.tile alter column data set storage external;
comment on table cpf.tile is 'Full tiles of the Merkle tree (C2SP tlog-tiles): 256 hashes of 32 bytes each.';

create table cpf.checkpoint (
    size    bigint  primary key check (size > 0),
    note    text    not null
);
comment on table cpf.checkpoint is 'One signed note for each group commit: origin, size, root, signature.';

create table cpf.disclosure (
    idx     bigint  not null,
    name    text    not null,
    salted  text    not null,
    primary key (idx, name)
);
comment on table cpf.disclosure is
    'Personal data outside the log: base64url(JSON [salt, name, value]); the entry''s pd holds its digest. '
    'Deleting a row (with a redacted entry) forgets the value and breaks no proof.';

create table cpf.credential (
    person  text    not null,
    kind    text    not null check (kind in ('pin', 'key')),
    sealed  text    not null,
    at      timestamptz not null default clock_timestamp(),
    n       bigint  generated always as identity primary key
);
create index credential_person on cpf.credential (person, kind, n);
comment on table cpf.credential is
    'Sealed PINs and signing keys, append-only: the newest row of (person, kind) counts, and its digest '
    'stands in the log (person.enrolled, person.changed).';

create function cpf.log_swap(old_size bigint, old_epoch bigint, new_size bigint, new_root bytea, new_note text)
returns void language plpgsql as $$
begin
    perform pg_catalog.set_config('synchronous_commit', 'on', true);
    update cpf.log_head set size = new_size, root = new_root, note = new_note
        where size = old_size and epoch = old_epoch;
    if not found then
        raise exception 'log_swap: the head is not at size % in epoch %', old_size, old_epoch
            using errcode = 'CPF01', hint = 'Another cpfd took over, or the head was changed by hand.';
    end if;
end $$;
comment on function cpf.log_swap is
    'First statement of every group commit: moves the head or raises, so that nothing after it is kept.';

create view cpf.schema_version as select 1 as version;
comment on view cpf.schema_version is 'Version of the tables; a program that wants another one refuses to start.';

commit;
