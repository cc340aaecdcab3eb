-- Deploy cpf:projections to pg
-- requires: views
-- Ordinary tables for people and SQL tools, kept by the daemon's follower from the log. Never the source, never
-- read by the rules; `cpfctl audit` makes them again from the log and names every row that differs.
-- Columns as in common/core/view/table.c.
begin;
set local role cpf_owner;

create table cpf.projected (
    one     boolean primary key default true check (one),
    idx     bigint not null default -1,
    version bigint not null default 0,
    at      timestamptz not null default clock_timestamp()
);
insert into cpf.projected default values;
comment on table cpf.projected is 'One row: how far the projections go. They are changed together with it.';
comment on column cpf.projected.idx is 'The newest entry of the log that is in them; -1: none.';
comment on column cpf.projected.version is 'Of the code that made them; another version makes them anew.';
comment on column cpf.projected.at is 'When that was.';

create table cpf.batch (
    batch       text primary key,
    protocol    text,
    version     text,
    hash        text,
    state       text,
    disposition text,
    decided     timestamptz,
    decided_by  text,
    opened      timestamptz,
    provided    timestamptz,
    closed      timestamptz,
    is_open     boolean,
    holds       bigint not null default 0,
    deviations  bigint not null default 0,
    entries     bigint not null default 0,
    idx         bigint
) with (fillfactor = 70);
comment on table cpf.batch is 'Batches (製造番号): where each stands. Made from the log, not evidence.';
comment on column cpf.batch.batch is 'Its number.';
comment on column cpf.batch.protocol is 'The protocol it is made under,';
comment on column cpf.batch.version is 'the protocol''s version,';
comment on column cpf.batch.hash is 'and SHA-256 of the protocol''s text, base64url.';
comment on column cpf.batch.state is 'State named by the newest step or choice that sets one.';
comment on column cpf.batch.disposition is 'What quality decided (出荷可否の決定): released, released-pending, rejected; null: nothing yet.';
comment on column cpf.batch.decided is 'When,';
comment on column cpf.batch.decided_by is 'and by whom.';
comment on column cpf.batch.opened is 'When it was ordered.';
comment on column cpf.batch.provided is 'When it was given to the patient.';
comment on column cpf.batch.closed is 'When it was closed last; see is_open: it may have been reopened.';
comment on column cpf.batch.is_open is 'Is it open now?';
comment on column cpf.batch.holds is 'Holds in force.';
comment on column cpf.batch.deviations is 'Deviations not closed.';
comment on column cpf.batch.entries is 'Entries of its stream.';
comment on column cpf.batch.idx is 'The newest of them, position in the log.';

create table cpf.batch_step (
    batch     text not null,
    step      text not null,
    occ       bigint not null,
    state     text,
    begun     timestamptz,
    done      timestamptz,
    performer text,
    recorder  text,
    witness   text,
    late      text,
    entries   bigint not null default 0,
    idx       bigint,
    primary key (batch, step, occ)
) with (fillfactor = 70);
comment on table cpf.batch_step is 'Steps of batches, each time they were done. Made from the log, not evidence.';
comment on column cpf.batch_step.step is 'Its id in the protocol.';
comment on column cpf.batch_step.occ is 'Which time, from 1.';
comment on column cpf.batch_step.state is 'begun, done or skipped.';
comment on column cpf.batch_step.begun is 'When it began; the true time where a station''s list came after an outage.';
comment on column cpf.batch_step.done is 'When it was done or skipped.';
comment on column cpf.batch_step.performer is 'Who did it,';
comment on column cpf.batch_step.recorder is 'who recorded it, where somebody else,';
comment on column cpf.batch_step.witness is 'and who witnessed it.';
comment on column cpf.batch_step.late is 'Why it was recorded late, where it was.';
comment on column cpf.batch_step.entries is 'Entries of it.';
comment on column cpf.batch_step.idx is 'The newest of them, position in the log.';

create table cpf.container (
    container text primary key,
    batch     text,
    label     text,
    state     text,
    issued    timestamptz,
    changed   timestamptz,
    step      text,
    idx       bigint
) with (fillfactor = 70);
create index container_batch on cpf.container (batch);
comment on table cpf.container is 'Containers. Made from the log, not evidence. Where each stands: view container_place.';
comment on column cpf.container.container is 'Its number: batch, label, number.';
comment on column cpf.container.batch is 'The batch it was issued in.';
comment on column cpf.container.label is 'Kind of label, as in the protocol.';
comment on column cpf.container.state is 'issued, empty, filled, consumed, discarded or left.';
comment on column cpf.container.issued is 'When its label was issued.';
comment on column cpf.container.changed is 'When its state changed last,';
comment on column cpf.container.step is 'in which step,';
comment on column cpf.container.idx is 'by which entry.';

create table cpf.deviation (
    deviation   text primary key,
    batch       text,
    step        text,
    field       text,
    cause       text,
    args        text,
    hold        boolean,
    opened      timestamptz,
    opened_by   text,
    grade       text,
    assessed    timestamptz,
    assessed_by text,
    closed      timestamptz,
    closed_by   text,
    idx         bigint
);
create index deviation_batch on cpf.deviation (batch);
comment on table cpf.deviation is 'Deviations (逸脱). Made from the log, not evidence.';
comment on column cpf.deviation.deviation is 'Its number.';
comment on column cpf.deviation.step is 'The step it happened in.';
comment on column cpf.deviation.field is 'The field, where it was one.';
comment on column cpf.deviation.cause is 'Code of what happened (etc/catalogue.yaml).';
comment on column cpf.deviation.args is 'Its values, JSON.';
comment on column cpf.deviation.hold is 'Does it hold the batch?';
comment on column cpf.deviation.opened is 'When it happened.';
comment on column cpf.deviation.opened_by is 'Who was acting; cpfd: a deadline passed.';
comment on column cpf.deviation.grade is 'minor or major; null: not assessed.';
comment on column cpf.deviation.assessed is 'When it was assessed last,';
comment on column cpf.deviation.assessed_by is 'and by whom.';
comment on column cpf.deviation.closed is 'When it was closed; null: open.';
comment on column cpf.deviation.closed_by is 'By whom.';
comment on column cpf.deviation.idx is 'The newest entry about it.';

create table cpf.hold (
    hold      text primary key,
    batch     text,
    deviation text,
    cause     text,
    placed    timestamptz,
    lifted    timestamptz,
    lifted_by text,
    idx       bigint
);
create index hold_batch on cpf.hold (batch);
comment on table cpf.hold is 'Holds. Made from the log, not evidence.';
comment on column cpf.hold.deviation is 'The deviation that placed it.';
comment on column cpf.hold.cause is 'Code of why.';
comment on column cpf.hold.placed is 'When it was placed.';
comment on column cpf.hold.lifted is 'When it was lifted; null: in force.';
comment on column cpf.hold.lifted_by is 'By whom.';
comment on column cpf.hold.idx is 'The newest entry about it.';

create table cpf.session (
    idx     bigint primary key,
    station text,
    person  text,
    opened  timestamptz,
    closed  timestamptz,
    ended   text
);
create index session_open on cpf.session (station) where closed is null;
comment on table cpf.session is 'Sign-ins at stations. Made from the log, not evidence.';
comment on column cpf.session.idx is 'The entry that opened it.';
comment on column cpf.session.closed is 'When its end was recorded; null: open.';
comment on column cpf.session.ended is
    'out: signed out; elsewhere: signed in at another station; day: with its day, told when the next one began.';

create table cpf.measurement (
    idx     bigint not null,
    n       bigint not null,
    batch   text,
    step    text,
    occ     bigint,
    field   text,
    value   numeric,
    unit    text,
    limits  text,
    derived boolean,
    reading text,
    at      timestamptz,
    person  text,
    corrects text,
    primary key (idx, n)
);
create index measurement_batch on cpf.measurement (batch, step, field);
comment on table cpf.measurement is 'Measured and derived values. Made from the log, not evidence.';
comment on column cpf.measurement.idx is 'The entry,';
comment on column cpf.measurement.n is 'and which of its inputs, from 1.';
comment on column cpf.measurement.field is 'Field of the step, as in the protocol.';
comment on column cpf.measurement.value is 'Exact, with the decimals it was given with,';
comment on column cpf.measurement.unit is 'in this unit.';
comment on column cpf.measurement.limits is 'ok, alert or action: within the protocol''s limits, or beyond which.';
comment on column cpf.measurement.derived is 'Computed, not read.';
comment on column cpf.measurement.reading is
    'single; first and second of two independent entries: a first one without a second was asked for again; '
    'corrected: takes the place of an earlier one, which stays.';
comment on column cpf.measurement.at is 'When it was measured.';
comment on column cpf.measurement.person is 'By whom.';
comment on column cpf.measurement.corrects is 'The value that this one corrects; null for derived ones.';

create table cpf.lot_use (
    idx     bigint not null,
    n       bigint not null,
    batch   text,
    step    text,
    occ     bigint,
    field   text,
    lot     text,
    unit    text,
    use     text,
    outcome text,
    at      timestamptz,
    person  text,
    corrects text,
    primary key (idx, n)
);
create index lot_use_batch on cpf.lot_use (batch);
create index lot_use_lot on cpf.lot_use (lot);
comment on table cpf.lot_use is 'Which lot of material went into which batch. Made from the log, not evidence.';
comment on column cpf.lot_use.idx is 'The entry,';
comment on column cpf.lot_use.n is 'and which of its inputs, from 1.';
comment on column cpf.lot_use.unit is 'Serial of the bottle, where it was read.';
comment on column cpf.lot_use.use is 'stage: put ready; draw: measured out; account: read off the empty, what was truly used.';
comment on column cpf.lot_use.outcome is 'What the rules said of it.';
comment on column cpf.lot_use.corrects is 'The lot that this one corrects: that one was not used.';

create table cpf.thing_use (
    idx     bigint not null,
    n       bigint not null,
    batch   text,
    step    text,
    occ     bigint,
    field   text,
    kind    text,
    thing   text,
    use     text,
    at      timestamptz,
    person  text,
    station text,
    corrects text,
    primary key (idx, n)
);
create index thing_use_batch on cpf.thing_use (batch, step, occ);
create index thing_use_thing on cpf.thing_use (thing, idx);
comment on table cpf.thing_use is
    'Every container, piece of equipment, place, badge and document read in a step. Made from the log, not evidence.';
comment on column cpf.thing_use.idx is 'The entry,';
comment on column cpf.thing_use.n is 'and which of its inputs, from 1.';
comment on column cpf.thing_use.kind is 'container, equipment, place, badge or document.';
comment on column cpf.thing_use.thing is 'Its number.';
comment on column cpf.thing_use.use is
    'Containers: issue, attach, fill, take, consume, place, discard, leave. Equipment and places: occupy, release, or null.';
comment on column cpf.thing_use.corrects is 'What this one corrects.';

create table cpf.signed_act (
    idx     bigint primary key,
    stream  text,
    batch   text,
    kind    text,
    step    text,
    person  text,
    dept    text,
    meaning text,
    key     text,
    outcome text,
    at      timestamptz
);
create index signed_act_batch on cpf.signed_act (batch);
create index signed_act_person on cpf.signed_act (person, idx);
comment on table cpf.signed_act is 'What people signed with their own keys. The signature is in the entry. Made from the log, not evidence.';
comment on column cpf.signed_act.stream is 'What it is about.';
comment on column cpf.signed_act.meaning is 'What the signature says, as it was shown.';
comment on column cpf.signed_act.key is 'The key''s id.';

create table cpf.refusal (
    idx     bigint primary key,
    stream  text,
    batch   text,
    step    text,
    station text,
    person  text,
    code    text,
    args    text,
    outcome text,
    law     text,
    at      timestamptz
);
create index refusal_batch on cpf.refusal (batch);
comment on table cpf.refusal is 'What was refused: near misses. Made from the log, not evidence.';
comment on column cpf.refusal.stream is 'Where it is recorded: a batch, or the station''s day.';
comment on column cpf.refusal.code is 'Why (etc/catalogue.yaml).';
comment on column cpf.refusal.args is 'Its values, JSON.';
comment on column cpf.refusal.outcome is 'refused; hold: too late to refuse, a fact with a hold.';
comment on column cpf.refusal.law is 'Clauses, blank between.';

-- As the daemon's book has it: a place read first holds what is read behind it; things read first stand at the
-- place read next. Equipment is a place only in a step where no place is read.
create view cpf.container_place as
select c.container, c.batch, c.state, w.thing as place, w.at as since, w.person as put_by, w.idx
from cpf.container c
left join lateral (
    select p.* from cpf.thing_use p
    where p.thing = c.container and p.kind = 'container' and p.use = 'place' and p.batch = c.batch
        and c.state not in ('consumed', 'discarded', 'left')
    order by p.idx desc, p.n desc limit 1) put on true
left join lateral (
    select bool_or(t.kind = 'place') as places,
        (array_agg(t.use = 'place' order by t.idx, t.n))[1] as things_first
    from cpf.thing_use t
    where t.batch = put.batch and t.step = put.step and t.occ = put.occ and t.use is distinct from 'release'
        and (t.kind in ('place', 'equipment') or t.use = 'place')) o on true
left join lateral (
    select t.* from cpf.thing_use t
    where t.batch = put.batch and t.step = put.step and t.occ = put.occ and t.use is distinct from 'release'
        and t.kind = case when o.places then 'place' else 'equipment' end
        and coalesce(o.things_first, false) = ((t.idx, t.n) > (put.idx, put.n))
    order by abs(t.idx - put.idx), abs(t.n - put.n) limit 1) w on true;
comment on view cpf.container_place is 'Where each container was put last; null once it is consumed, discarded or gone.';

-- First statement of every transaction of the follower: moves on from where it thinks it is, or raises.
create function cpf.project_to(old_idx bigint, new_idx bigint) returns void language plpgsql as $$
begin
    perform pg_catalog.set_config('synchronous_commit', 'off', true); -- what a crash loses is made again
    update cpf.projected set idx = new_idx, at = clock_timestamp() where idx = old_idx;
    if not found then
        raise exception 'project_to: the projections do not stand at %', old_idx using errcode = 'CPF03',
            hint = 'Another follower is at work, or they were reset: the follower looks again.';
    end if;
end $$;
comment on function cpf.project_to is 'Moves cpf.projected on, or raises so that nothing after it is kept.';

create function cpf.project_reset(new_version bigint default 0) returns void language plpgsql as $$
begin
    update cpf.projected set idx = -1, version = new_version, at = clock_timestamp();
    delete from cpf.batch;
    delete from cpf.batch_step;
    delete from cpf.container;
    delete from cpf.deviation;
    delete from cpf.hold;
    delete from cpf.session;
    delete from cpf.measurement;
    delete from cpf.lot_use;
    delete from cpf.thing_use;
    delete from cpf.signed_act;
    delete from cpf.refusal;
end $$;
comment on function cpf.project_reset is
    'Empties the projections. The daemon makes them again from the log, at its next entry or start.';

revoke all on function cpf.project_to(bigint, bigint), cpf.project_reset(bigint) from public;
grant execute on function cpf.project_to(bigint, bigint), cpf.project_reset(bigint) to cpf_writer;
grant select, update on cpf.projected to cpf_writer;
grant select, insert, update, delete on cpf.batch, cpf.batch_step, cpf.container, cpf.deviation, cpf.hold, cpf.session,
    cpf.measurement, cpf.lot_use, cpf.thing_use, cpf.signed_act, cpf.refusal to cpf_writer;
grant select on cpf.projected, cpf.batch, cpf.batch_step, cpf.container, cpf.deviation, cpf.hold, cpf.session,
    cpf.measurement, cpf.lot_use, cpf.thing_use, cpf.signed_act, cpf.refusal, cpf.container_place
    to cpf_reader, cpf_writer;

commit;
