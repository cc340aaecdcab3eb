-- Deploy cpf:views to pg
-- requires: keep
-- For people in psql: nothing here is evidence, nothing here is read by the rules.
begin;
set local role cpf_owner;

create view cpf.entry_signed as
select e.idx, e.at, e.stream, e.sseq, e.kind, e.id, e.body::json as entry, e.body is null as void,
    c.size as checkpoint_size, c.note as checkpoint
from cpf.entry e
left join lateral (select k.size, k.note from cpf.checkpoint k where k.size > e.idx order by k.size limit 1) c on true;
comment on view cpf.entry_signed is
    'Every entry with the first signed checkpoint that covers it: whose signature stands over it.';
comment on column cpf.entry_signed.entry is 'The entry as JSON, to look into. The bytes that were hashed are entry.body.';
comment on column cpf.entry_signed.void is 'Signed, but lost before it was stored; never acknowledged to anybody.';
comment on column cpf.entry_signed.checkpoint_size is 'Size of that checkpoint: the first greater than idx.';

-- One row an entry, in words. Names of JSON members stand here once.
create view cpf.story as
select s.idx, s.stream, s.sseq, s.at,
    (s.at at time zone coalesce(s.entry ->> 'zone', 'UTC'))::timestamp(0) as local_time,
    s.entry -> 'actor' ->> 'performed' as person,
    s.entry -> 'actor' ->> 'recorded' as recorded_by,
    s.entry -> 'actor' ->> 'witnessed' as witnessed_by,
    s.entry -> 'actor' ->> 'station' as station,
    s.entry -> 'body' ->> 'step' as step,
    s.kind as what,
    s.entry -> 'body' ->> 'outcome' as outcome,
    s.entry -> 'body' ->> 'code' as code,
    pg_catalog.concat_ws(' ', s.entry -> 'body' ->> 'code', nullif(s.entry -> 'body' ->> 'args', '{}'),
        s.entry -> 'body' ->> 'field',
        coalesce(s.entry -> 'body' ->> 'value', s.entry -> 'body' ->> 'option', s.entry -> 'body' ->> 'date',
            s.entry -> 'body' ->> 'understood'),
        s.entry -> 'body' ->> 'unit') as text,
    s.entry ->> 'late' as late,
    s.entry, s.checkpoint_size, s.checkpoint
from cpf.entry_signed s
where not s.void;
comment on view cpf.story is 'Every entry in words: when, who, what, with which outcome, under which checkpoint.';

create view cpf.batch_story as
select idx, pg_catalog.substr(stream, 7) as batch, local_time, person, step, what, outcome, text, checkpoint_size,
    checkpoint as note, recorded_by, witnessed_by, station, late, stream, sseq, at
from cpf.story
where stream like 'batch/%';
comment on view cpf.batch_story is
    'What happened to each batch, in order. Ask by stream (where stream = ''batch/NK26-0147'' order by idx), or '
    'with select * from cpf.tell(''NK26-0147'').';
comment on column cpf.batch_story.local_time is 'When it was recorded, in the facility''s zone.';
comment on column cpf.batch_story.checkpoint_size is 'Size of the first checkpoint that covers it.';
comment on column cpf.batch_story.note is 'That checkpoint: origin, size, root, signature.';

create function cpf.tell(batch text) returns setof cpf.batch_story language sql stable
begin atomic
    select * from cpf.batch_story s where s.stream = 'batch/' || tell.batch order by s.idx;
end;
comment on function cpf.tell is 'The story of one batch, in order, by the index on streams.';

create view cpf.refusals as
select idx, local_time, stream, person, station, step, code, entry -> 'body' -> 'args' as args, entry ->> 'law' as law,
    checkpoint_size
from cpf.story where what = 'refused';
comment on view cpf.refusals is 'Every attempt that was refused: near misses, with the code and the clause where there is one.';

create view cpf.deviations as
select o.idx, pg_catalog.substr(o.stream, 7) as batch, o.entry -> 'body' ->> 'dev' as deviation, o.local_time as opened,
    o.step, o.code, o.entry -> 'body' -> 'args' as args, a.class, a.local_time as assessed, a.person as assessed_by,
    c.local_time as closed, c.person as closed_by
from cpf.story o
left join lateral (
    select x.entry -> 'body' ->> 'class' as class, x.local_time, x.person from cpf.story x
    where x.stream = o.stream and x.what = 'deviation.assessed'
        and x.entry -> 'body' ->> 'dev' = o.entry -> 'body' ->> 'dev' order by x.sseq desc limit 1) a on true
left join lateral (
    select x.local_time, x.person from cpf.story x
    where x.stream = o.stream and x.what = 'deviation.closed'
        and x.entry -> 'body' ->> 'dev' = o.entry -> 'body' ->> 'dev' order by x.sseq desc limit 1) c on true
where o.what = 'deviation.opened';
comment on view cpf.deviations is 'Every deviation: what opened it, how it was classed, who closed it and when.';

create view cpf.holds as
select o.idx, pg_catalog.substr(o.stream, 7) as batch, o.entry -> 'body' ->> 'hold' as hold, o.code,
    o.local_time as placed, l.local_time as lifted, l.person as lifted_by
from cpf.story o
left join lateral (
    select x.local_time, x.person from cpf.story x
    where x.stream = o.stream and x.what = 'hold.lifted'
        and x.entry -> 'body' ->> 'hold' = o.entry -> 'body' ->> 'hold' order by x.sseq desc limit 1) l on true
where o.what = 'hold.placed';
comment on view cpf.holds is 'Every hold; lifted is null while it stands.';

create view cpf.lots_used as
select idx, pg_catalog.substr(stream, 7) as batch, entry -> 'body' ->> 'lot' as lot, step, local_time, person, what,
    outcome
from cpf.story where stream like 'batch/%' and entry -> 'body' ->> 'lot' is not null
union all
select idx, entry -> 'body' ->> 'batch', pg_catalog.substr(stream, 5), step, local_time, person, what, outcome
from cpf.story where stream like 'lot/%' and what = 'lot.opened';
comment on view cpf.lots_used is 'Which lot of material went into which batch, at which step.';

create view cpf.sessions as
select o.idx, pg_catalog.split_part(o.stream, '/', 2) as station, pg_catalog.split_part(o.stream, '/', 3) as day,
    o.entry -> 'body' ->> 'person' as person, o.local_time as opened, c.local_time as closed
from cpf.story o
left join lateral (
    select x.local_time from cpf.story x
    where x.stream = o.stream and x.sseq > o.sseq and x.what = 'session.closed'
        and x.entry -> 'body' ->> 'person' = o.entry -> 'body' ->> 'person' order by x.sseq limit 1) c on true
where o.what = 'session.opened';
comment on view cpf.sessions is 'Who was signed in where and when; closed is null while it is open, or to the end of the day.';

create view cpf.disclosed as
select d.idx, e.stream, d.name, d.salted
from cpf.disclosure d join cpf.entry e on e.idx = d.idx;
comment on view cpf.disclosed is
    'Personal values still held, salted form: base64url of [salt, name, value]. cpfctl shows them to who may see them.';

grant select on cpf.entry_signed, cpf.story, cpf.batch_story, cpf.refusals, cpf.deviations, cpf.holds, cpf.lots_used,
    cpf.sessions, cpf.disclosed to cpf_reader, cpf_writer;
-- Bundles and audit need the bytes themselves. Credentials are for the daemon alone.
grant select on cpf.log_head, cpf.entry, cpf.tile, cpf.checkpoint, cpf.disclosure to cpf_reader;

commit;
