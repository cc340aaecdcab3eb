-- Views over the projections; made with them (projections.py).

-- As the daemon's book has it: a place read first holds what is read behind it; things read first stand at the
-- place read next. Equipment is a place only in a step where no place is read. A rescue (no step) is one entry.
-- What was taken in hand since stands nowhere, until it is filled or put down again.
create view cpf.container_place as
select c.container, c.batch, c.state, w.thing as place, w.at as since, w.person as put_by, w.idx
from cpf.container c
left join lateral (
    select p.* from cpf.thing_use p
    where p.thing = c.container and p.kind = 'container' and p.use = 'place' and p.batch = c.batch
        and c.state not in ('consumed', 'discarded', 'left', 'lost')
    order by p.idx desc, p.n desc limit 1) put on true
left join lateral (
    select t.use = 'take' as out from cpf.thing_use t
    where t.thing = c.container and t.kind = 'container' and t.use in ('take', 'fill') and t.batch = c.batch
        and (t.idx, t.n) > (put.idx, put.n)
    order by t.idx desc, t.n desc limit 1) hand on true
left join lateral (
    select bool_or(t.kind = 'place') as places,
        (array_agg(t.use = 'place' order by t.idx, t.n))[1] as things_first
    from cpf.thing_use t
    where t.batch = put.batch and t.step is not distinct from put.step and t.occ is not distinct from put.occ
        and (t.step is not null or t.idx = put.idx) and t.use is distinct from 'release'
        and (t.kind in ('place', 'equipment') or t.use = 'place')) o on true
left join lateral (
    select t.* from cpf.thing_use t
    where t.batch = put.batch and t.step is not distinct from put.step and t.occ is not distinct from put.occ
        and (t.step is not null or t.idx = put.idx) and t.use is distinct from 'release' and not coalesce(hand.out, false)
        and t.kind = case when o.places then 'place' else 'equipment' end
        and coalesce(o.things_first, false) = ((t.idx, t.n) > (put.idx, put.n))
    order by abs(t.idx - put.idx), abs(t.n - put.n) limit 1) w on true;
comment on view cpf.container_place is 'Where each container was put last; null while it is in hand, and once it is consumed, discarded or gone.';
