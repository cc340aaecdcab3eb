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

-- {"a":"1","b":["x","y"]} as  a=1 b=x,y
create function cpf.pairs(members json) returns text language sql immutable
begin atomic
    select pg_catalog.string_agg(m.key || '=' || pg_catalog.translate(m.value, '[]"', ''), ' ')
    from pg_catalog.json_each_text(members) m;
end;
comment on function cpf.pairs is 'The members of an object as name=value, for people.';

-- One row an entry, in words. Names of JSON members stand here once.
create view cpf.story as
select s.idx, s.stream, s.sseq, s.at,
    (s.at at time zone coalesce(s.entry ->> 'zone', 'UTC'))::timestamp(0) as local_time,
    coalesce(s.entry -> 'actor' ->> 'performed', s.entry -> 'actor' ->> 'system') as person,
    s.entry -> 'actor' ->> 'recorded' as recorded_by,
    s.entry -> 'actor' ->> 'witnessed' as witnessed_by,
    s.entry -> 'actor' ->> 'station' as station,
    x.body ->> 'step' as step,
    s.kind as what,
    x.body ->> 'outcome' as outcome,
    x.body ->> 'code' as code,
    pg_catalog.concat_ws(' ',
        case when x.body ->> 'protocol' is not null then (x.body ->> 'protocol') || '@' || (x.body ->> 'version') end,
        case when s.kind like 'hold.%' then x.body ->> 'hold' end,
        coalesce(x.body ->> 'lot', x.body ->> 'equipment', x.body ->> 'place', x.body ->> 'room',
            x.body ->> 'container'),
        case when s.kind like 'hold.%' then '(' || (x.body ->> 'dev') || ')' else x.body ->> 'dev' end,
        x.body ->> 'cause', x.body ->> 'grade',
        case when x.said then x.body ->> 'code' end,
        case when x.said or x.body ->> 'code' is null then cpf.pairs(x.body -> 'args') end,
        case when x.said then cpf.pairs(x.body -> 'understood') end,
        case when s.kind = 'correction' then
            pg_catalog.concat(x.body ->> 'field', ': ', coalesce(x.body ->> 'old', '*'), ' → ',
                coalesce(x.body ->> 'value', '*'))
        else
            coalesce((x.body ->> 'field') || '=' || (x.body ->> 'text'), x.body ->> 'field',
                case when x.body ->> 'kind' = 'witness' then 'witness=' || (x.body ->> 'text') end)
        end,
        case when s.kind in ('step.input', 'correction') then
            case when x.body ->> 'kind' in ('lot', 'gs1') then 'U' || (x.body ->> 'unit') else x.body ->> 'unit' end
        end,
        case when (x.body ->> 'first')::bool then '(1/2)' when (x.body ->> 'again')::bool then '(2/2)' end,
        cpf.pairs(x.body -> 'values'),
        (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', (d ->> 'field') || '=' || (d ->> 'value'), d ->> 'unit'),
            ' ') from pg_catalog.json_array_elements(x.body -> 'derived') d),
        case when s.kind like 'session.%' or s.kind like 'person.%' then x.body ->> 'person' end,
        case when s.kind = 'bench.context' then cpf.pairs(pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
            'batch', x.body -> 'batch', 'step', x.body -> 'step', 'acting', x.body -> 'acting'))) end,
        case when x.body ->> 'count' is not null then 'entries=' || (x.body ->> 'count') end,
        case when (x.body ->> 'done')::bool then '[done]' end,
        case when s.kind = 'deviation.opened' and (x.body ->> 'hold')::bool then '[hold]' end,
        case when s.entry ->> 'late' is not null then '[late: ' || (s.entry ->> 'late') || ']' end) as text,
    s.entry ->> 'late' as late,
    s.entry, s.checkpoint_size, s.checkpoint
from cpf.entry_signed s
cross join lateral (
    select s.entry -> 'body' as body,
        coalesce(s.entry -> 'body' ->> 'code', 'accepted') not like 'accepted%' as said) x
where not s.void;
comment on view cpf.story is 'Every entry in words: when, who, what, with which outcome, under which checkpoint.';
comment on column cpf.story.local_time is 'When it was recorded, in the facility''s zone.';
comment on column cpf.story.code is 'The outcome''s code (etc/catalogue.yaml).';
comment on column cpf.story.text is
    'What was read, measured, found: names are the protocol''s. Personal values are not in the log; * stands for one.';

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

create function cpf.tell(batch text)
returns table (local_time timestamp, person text, step text, what text, outcome text, text text, checkpoint bigint)
language sql stable
begin atomic
    select s.local_time, pg_catalog.concat_ws(' ', s.person, '記録 ' || s.recorded_by, '立会 ' || s.witnessed_by), s.step,
        s.what, s.outcome, s.text, s.checkpoint_size
    from cpf.batch_story s where s.stream = 'batch/' || tell.batch order by s.idx;
end;
comment on function cpf.tell is
    'The story of one batch, as it is read aloud: when (local), who, at which step, what, how it ended, the words, '
    'and the size of the checkpoint that signs it.';

create view cpf.refusals as
select idx, local_time, stream, person, station, step, code, entry -> 'body' -> 'args' as args, entry ->> 'law' as law,
    checkpoint_size
from cpf.story where what in ('refused', 'session.failed');
comment on view cpf.refusals is 'Every attempt that was refused: near misses, with the code and the clause where there is one.';

create view cpf.deviations as
select o.idx, pg_catalog.substr(o.stream, 7) as batch, o.entry -> 'body' ->> 'dev' as deviation, o.local_time as opened,
    o.step, o.entry -> 'body' ->> 'field' as field, o.entry -> 'body' ->> 'cause' as cause,
    o.entry -> 'body' -> 'args' as args, (o.entry -> 'body' ->> 'hold')::bool as hold, a.grade,
    a.local_time as assessed, a.person as assessed_by, c.local_time as closed, c.person as closed_by
from cpf.story o
left join lateral (
    select x.entry -> 'body' ->> 'grade' as grade, x.local_time, x.person from cpf.story x
    where x.stream = o.stream and x.what = 'deviation.assessed'
        and x.entry -> 'body' ->> 'dev' = o.entry -> 'body' ->> 'dev' order by x.sseq desc limit 1) a on true
left join lateral (
    select x.local_time, x.person from cpf.story x
    where x.stream = o.stream and x.what = 'deviation.closed'
        and x.entry -> 'body' ->> 'dev' = o.entry -> 'body' ->> 'dev' order by x.sseq desc limit 1) c on true
where o.what = 'deviation.opened';
comment on view cpf.deviations is 'Every deviation: what opened it, how it was graded, who closed it and when.';

create view cpf.holds as
select o.idx, pg_catalog.substr(o.stream, 7) as batch, o.entry -> 'body' ->> 'hold' as hold,
    o.entry -> 'body' ->> 'cause' as cause, o.entry -> 'body' ->> 'dev' as deviation,
    o.local_time as placed, l.local_time as lifted, l.person as lifted_by
from cpf.story o
left join lateral (
    select x.local_time, x.person from cpf.story x
    where x.stream = o.stream and x.what = 'hold.lifted'
        and x.entry -> 'body' ->> 'hold' = o.entry -> 'body' ->> 'hold' order by x.sseq desc limit 1) l on true
where o.what = 'hold.placed';
comment on view cpf.holds is 'Every hold; lifted is null while it stands.';

create view cpf.lots_used as
select idx, pg_catalog.substr(stream, 7) as batch, entry -> 'body' ->> 'text' as lot, entry -> 'body' ->> 'unit' as unit,
    step, entry -> 'body' ->> 'field' as field, local_time, person, what, outcome
from cpf.story where stream like 'batch/%' and what = 'step.input' and entry -> 'body' ->> 'kind' in ('lot', 'gs1')
union all
select idx, entry -> 'body' ->> 'batch', pg_catalog.substr(stream, 5), entry -> 'body' ->> 'unit', step, null, local_time,
    person, what, outcome
from cpf.story where stream like 'lot/%' and what = 'lot.opened';
comment on view cpf.lots_used is
    'Which lot of material was read at which batch''s step, and which bottle was opened for which batch.';

create view cpf.sessions as
select o.idx, pg_catalog.split_part(o.stream, '/', 2) as station, pg_catalog.split_part(o.stream, '/', 3) as day,
    o.entry -> 'body' ->> 'person' as person, o.local_time as opened, c.local_time as closed
from cpf.story o
left join lateral (
    select x.local_time from cpf.story x
    where x.stream = o.stream and x.sseq > o.sseq and (x.what = 'day.closed' or x.what = 'session.closed'
        and x.entry -> 'body' ->> 'person' = o.entry -> 'body' ->> 'person') order by x.sseq limit 1) c on true
where o.what = 'session.opened';
comment on view cpf.sessions is
    'Who was signed in where and when. A day''s end is recorded when the next one begins; closed is null until then.';

create view cpf.disclosed as
select d.idx, e.stream, d.name, d.salted
from cpf.disclosure d join cpf.entry e on e.idx = d.idx;
comment on view cpf.disclosed is
    'Personal values still held, salted form: base64url of [salt, name, value]. cpfctl shows them to who may see them.';

grant execute on function cpf.pairs(json), cpf.tell(text) to cpf_reader, cpf_writer;
grant select on cpf.entry_signed, cpf.story, cpf.batch_story, cpf.refusals, cpf.deviations, cpf.holds, cpf.lots_used,
    cpf.sessions, cpf.disclosed to cpf_reader, cpf_writer;
-- Bundles and audit need the bytes themselves. Credentials are for the daemon alone.
grant select on cpf.log_head, cpf.entry, cpf.tile, cpf.checkpoint, cpf.disclosure to cpf_reader;

commit;
