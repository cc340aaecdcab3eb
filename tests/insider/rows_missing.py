"""When people are missing and cells are not: what one alone may do, and what it may not be used for."""
from bench import code, row, sha256_id


def rescue(p, who='OP1', station='B21', to='W:INC-03-S8', called='QM', origin='W:INC-03-S1', **more):
    """The flask of the batch, moved by one alone; unless he is not."""
    return p.at(station).record(who, 'container.rescued', batch=p.batch, containers=[p.raw('F1')], called=called,
                                **{'from': p.raw(origin)}, to=p.raw(to), reason='庫内警報 alarm', **more)


def moved(p, answer):
    """With the defence off its own deviation comes all the same: that is no noise here."""
    return dict(answer, outcome='accepted') if p.mode == 'off' and answer['code'] == 'rescue.moved' else answer


def alone(p):
    p.at('B21').sign_in('OP1')


# ---- rescue ----


@row('moved by one alone, and opened by two who have not seen it', 'd3.entry.plates', 'rescue.unseen')
def opened_unseen(p):
    alone(p)
    rescue(p)
    p.came(('deviation.opened', {'cause': 'rescue.moved'}))
    p.at('B21').sign_in('OP2').scans('P:OP1', 'B:' + p.batch)
    p.caught(p.at('B21').scan('X:STEP-D3-OUT'), 'rescue.unseen')


@opened_unseen.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('a rescue saves the witness, who stands there', 'd3.entry.plates', 'rescue.not-alone')
def rescue_beside_colleague(p):
    p.at('B21').sign_in('OP1', 'OP2')
    p.caught(moved(p, rescue(p)), 'rescue.not-alone')


@rescue_beside_colleague.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('a rescue that nobody of quality was rung about', 'd3.entry.plates', 'rescue.not-called')
def nobody_rung(p):
    alone(p)
    p.caught(moved(p, rescue(p, called='MM')), 'rescue.not-called')


@nobody_rung.honest
def _(p):
    alone(p)
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


@row('in the rescue two donors come to stand on one shelf', 'd3.entry.plates', 'place.other-donor', batches=2)
def one_shelf(p):
    alone(p)
    shelf = next(c['place'] for c in p.batch_now(p.other)['containers'] if c['container'] == p.other + '-F1')
    p.caught(moved(p, rescue(p, to='W:' + shelf)), 'place.other-donor')


@one_shelf.honest
def _(p):
    alone(p)
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


@row('seen after the rescue by who moved it, and nobody else', 'd3.entry.plates', 'witness.same.patch')
def seen_by_oneself(p):
    alone(p)
    rescue(p)
    answer = p.at('B21').record('OP1', 'rescue.witnessed', batch=p.batch, containers=[p.raw('F1')], place=p.raw('W:INC-03-S8'),
                                appearance='normal', witness=code('P', 'OP1'))
    p.caught(answer, 'witness.same')


@seen_by_oneself.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('the flask is rescued into the refrigerator', 'd3.entry.plates', 'place.kind')
def into_the_cold(p):
    alone(p)
    p.caught(moved(p, rescue(p, to='W:RF-02-P1')), 'place.kind')


@into_the_cold.honest
def _(p):
    alone(p)
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


@row('a rescue is seen from the desk', 'd3.entry.plates', 'rescue.not-there')
def seen_from_the_desk(p):
    alone(p)
    rescue(p)
    p.at('B21').leave('OP1')
    p.at('QA1').sign_in('OP1', 'OP2')
    answer = p.at('QA1').record('OP1', 'rescue.witnessed', batch=p.batch, containers=[p.raw('F1')], place=p.raw('W:INC-03-S8'),
                                appearance='normal', witness=code('P', 'OP2'))
    p.caught(answer, 'rescue.not-there')


@seen_from_the_desk.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


def away(p):
    """The quality manager is; QC3 is the deputy."""
    qa = p.at('QA1').sign_in('QM')
    p.quiet(qa.record('FM', 'person.changed', person='QC3', roles=['tester', 'deputy-quality-manager'], document='OP-2026-7',
                      sha256=sha256_id(b'the document'), witness=code('P', 'QM')))
    p.quiet(qa.record('QM', 'person.away', person='QM', **{'from': p.day()}, until=p.day(1), deputy='QC3'))


@row('somebody of quality was rung who is away', 'd3.entry.plates', 'rescue.not-called')
def rung_away(p):
    alone(p)
    away(p)
    p.caught(moved(p, rescue(p)), 'rescue.not-called')


@rung_away.honest
def _(p):
    alone(p)
    away(p)
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


@row("alone, by reading the colleague's badge", 'd3.entry.plates', 'session.left')
def alone_by_a_badge(p):
    p.at('B21').sign_in('OP1', 'OP2').scans('P:OP1', 'X:OUT', 'P:OP2')
    rescue(p)
    p.due('deviation.opened', cause='session.left')


@alone_by_a_badge.honest
def _(p):
    p.at('B21').sign_in('OP1', 'OP2').scans('P:OP1', 'X:OUT', 'P:OP2')
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


# ---- counted blindly ----


def place_of(p, name):
    return 'W:' + next(c['place'] for c in p.batch_now()['containers'] if c['container'] == f'{p.batch}-{name}')


def counts(p, who, *containers, place=None):
    p.at('QA1').sign_in(who)
    return p.at('QA1').record(who, 'count.taken', place=p.raw(place or place_of(p, 'F1')), containers=[p.raw(c) for c in containers])


@row('cells of a batch that nobody recorded stand in the incubator', 'd3.entry.plates', 'count.differs')
def unrecorded_cells(p):
    p.caught(counts(p, 'QC1', 'F1', '=' + code('C', 'NK26-9999-F1')), 'count.differs', 'alert',
             ('deviation.opened', ('hold.placed', {'cause': 'count.differs'})))


@unrecorded_cells.honest
def _(p):
    p.quiet(counts(p, 'QC1', 'F1'))


def takes_out(p):
    place = place_of(p, 'F1')
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')
    return place


@row('a flask that was taken out stands in the incubator again, and nobody says so', 'd3.entry.plates', 'count.differs')
def put_back_unsaid(p):
    place = takes_out(p)
    p.caught(counts(p, 'QC1', 'F1', place=place), 'count.differs', 'alert', (('hold.placed', {'cause': 'count.differs'}),))


@put_back_unsaid.honest
def _(p):
    place = takes_out(p)
    p.quiet(counts(p, 'QC1', place=place))


@row('who made the batch counts what stands there', 'd3.entry.plates', 'count.not-blind')
def counts_own(p):
    p.caught(counts(p, 'OP1', 'F1'), 'count.not-blind')


@counts_own.honest
def _(p):
    p.quiet(counts(p, 'QC1', 'F1'))


# ---- the spare station ----


def sealed(p):
    """Enrolled as spare; where its token lies."""
    token = 'spare-station-token-of-this-play'
    p.at('QA1').sign_in('QM')
    p.quiet(p.at('QA1').record('FM', 'station.enrolled', station='SP1', kind='spare', spare=True, token=sha256_id(token.encode()),
                               reason='予備 spare', witness=code('P', 'QM')))
    with open(f'{p.folder}/stations/SP1.token', 'w', encoding='ascii') as f:
        f.write(token)
    return p.at('SP1')


def opens(p, who='OP1'):
    return p.at('SP1').record(who, 'station.spare-opened', station='SP1', replaces='B21', called='QM', reason='端末が全て故障 all dark')


@row('the sealed spare station is simply used', 'd3.entry.plates', 'spare.sealed')
def spare_taken(p):
    sealed(p)
    p.caught(p.at('SP1').send('/v1/sessions', badge=code('P', 'OP1'), pin=p.pin('OP1')), 'spare.sealed')


@spare_taken.honest
def _(p):
    sealed(p)
    p.quiet(opens(p), 'spare.opened')
    p.quiet(p.at('SP1').send('/v1/sessions', badge=code('P', 'SP1'), pin=p.pin('OP1')))


@row('a batch is worked on at the spare station', 'd3.entry.plates', 'spare.used')
def spare_used(p):
    sealed(p)
    opens(p)
    p.at('SP1').work('look', 'OP1')
    p.caught(p.at('SP1').scan('F1'), 'spare.used', 'deviation')


@spare_used.honest
def _(p):
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


@row("quality's desk work at the spare station", 'd3.entry.plates', 'spare.bench')
def spare_desk(p):
    sealed(p)
    opens(p)
    p.caught(p.at('SP1').record('QM', 'lot.blocked', lot='GR-2601', reason='濁り turbid'), 'spare.bench')


@spare_desk.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='GR-2601', reason='濁り turbid'))


@row('who used the spare station confirms it', 'd3.entry.plates', 'right.barred')
def spare_own(p):
    sealed(p)
    opens(p)
    p.quiet(p.at('QA1').record('FM', 'person.changed', person='OP1', dept='quality', roles=['deputy-quality-manager'],
                               document='OP-2026-7', sha256=sha256_id(b'the document'), witness=code('P', 'QM')))
    p.caught(p.at('QA1').record('OP1', 'station.spare-confirmed', station='SP1', reason='確認 seen'), 'right.barred')


@spare_own.honest
def _(p):
    sealed(p)
    p.quiet(opens(p), 'spare.opened')
    p.quiet(p.at('QA1').record('FM', 'station.spare-confirmed', station='SP1', reason='確認 seen'))


@row('the spare station is opened again, and nobody ever confirmed what it was used for', 'd3.entry.plates', 'spare.unconfirmed')
def spare_again(p):
    sealed(p)
    opens(p)
    p.wait('96h')
    p.caught(opens(p, 'OP2'), 'spare.unconfirmed')


@spare_again.honest
def _(p):
    sealed(p)
    p.quiet(opens(p), 'spare.opened')
    p.wait('96h')
    p.quiet(p.at('QA1').record('FM', 'station.spare-confirmed', station='SP1', reason='確認 seen'))
    p.quiet(opens(p, 'OP2'), 'spare.opened')


@row('a colleague is recorded away', None, 'record.role')
def sends_away(p):
    p.caught(p.at('B21').sign_in('OP1').record('OP1', 'person.away', person='OP2', **{'from': p.day()}, until=p.day(1)), 'record.role')


@sends_away.honest
def _(p):
    p.quiet(p.at('B21').sign_in('OP1').record('OP1', 'person.away', person='OP1', **{'from': p.day(1)}, until=p.day(2), deputy='OP2'))


@row('stood in for by somebody of another kind', None, 'person.deputy')
def no_deputy(p):
    p.caught(p.at('QA1').record('QM', 'person.away', person='QM', **{'from': p.day()}, until=p.day(1), deputy='OP1'), 'person.deputy')


@no_deputy.honest
def _(p):
    p.quiet(p.at('B21').record('OP1', 'person.away', person='OP1', **{'from': p.day()}, until=p.day(1), deputy='OP2'))


@row('signed in the name of somebody who is away', 'tubes', 'person.acts-away')
def signs_though_away(p):
    qa = p.at('QA1')
    p.quiet(qa.record('QM', 'person.away', person='QM', **{'from': p.day()}, until=p.day(5)))
    p.caught(qa.record('QM', 'room.added', room='R9', grade='D'), 'person.acts-away', 'alert')


@signs_though_away.honest
def _(p):
    qa = p.at('QA1')
    p.quiet(qa.record('QM', 'person.away', person='QM', **{'from': p.day()}, until=p.day(5)))
    p.quiet(qa.record('QM', 'person.away', person='QM', **{'from': p.day()}, until=p.day(5), back=True))
    p.quiet(qa.record('QM', 'room.added', room='R9', grade='D'))


# ---- the rota ----


def instruct(p):
    return p.at('QA1').act('MM', 'instruction', fields={
        'cabinet': 'E:BSC-02', 'incubator': 'E:INC-03', 'operators': ['P:OP1', 'P:OP2'],
        'harvest-from': p.day(17), 'harvest-until': p.day(24)})


@row('instructed, though nobody will be there to decide', 'second-reading', 'rota.gaps')
def nobody_to_decide(p):
    p.wait('7d')
    p.quiet(p.at('QA1').record('FM', 'person.away', person='QM', **{'from': p.day(1)}, until=p.day(60)))
    p.caught(instruct(p), 'rota.gaps', 'alert')


@nobody_to_decide.honest
def _(p):
    p.wait('7d')
    p.quiet(instruct(p))


# ---- forms on paper ----

SCAN = sha256_id(b'the scan of a form')


def form(p, *people):
    """Handed out, an hour ago by now, and back with its scan."""
    b2 = p.at('B21')
    number = p.quiet(b2.record('OP1', 'form.issued', to='OP1'))['args']['form']
    p.wait('1h')
    p.quiet(b2.record('OP1', 'form.returned', form=number, sha256=SCAN, people=list(people), room='B2'))
    return number


@row('written up from a form that was never handed out', 'd3.entry.plates', 'form.not-this')
def no_such_form(p):
    p.wait('30m')
    p.at('B21').work('d3.out', 'OP1', 'OP2')
    p.caught(p.at('B21').scan('W:INC-03-S1', late=dict(p.late('-10m', 'paper'), form='SF26-0099')), 'form.not-this')


@no_such_form.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('written up from a form, though nothing was away', 'd3.entry.plates', ('form.not-this', 'form.typed-in', 'form.unconfirmed'))
def nothing_was_away(p):
    number = form(p, 'OP1', 'OP2')
    p.at('B21').work('d3.out', 'OP1', 'OP2')
    p.caught(p.at('B21').scan('W:INC-03-S1', late=dict(p.late('-10m', 'paper'), form=number)), 'form.not-this')


@nothing_was_away.honest
def _(p):
    form(p, 'OP1', 'OP2')
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('a form of one clean room comes back as another one\'s', 'd3.entry.plates', 'form.room')
def another_rooms_form(p):
    b2 = p.at('B21')
    number = p.quiet(b2.record('OP1', 'form.issued', to='OP1', room='B2'))['args']['form']
    p.wait('1h')
    p.caught(b2.record('OP1', 'form.returned', form=number, sha256=SCAN, people=['OP1', 'OP2'], room='B3'), 'form.room')


@another_rooms_form.honest
def _(p):
    b2 = p.at('B21')
    number = p.quiet(b2.record('OP1', 'form.issued', to='OP1', room='B2'))['args']['form']
    p.wait('1h')
    p.quiet(b2.record('OP1', 'form.returned', form=number, sha256=SCAN, people=['OP1', 'OP2'], room='B2'))


# ---- broken or lost ----


@row('a flask that was told as broken is found again, and opened', 'd3.entry.plates', 'ident.lost.patch')
def found_again(p):
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    b2.scan('X:BROKEN', 'F1', 'P:OP2')
    p.came('container.lost', ('deviation.opened', {'cause': 'container.lost-last'}),
           ('hold.placed', {'cause': 'container.lost-last'}))
    b2.scan('X:STEP-D3-OUT', 'W:INC-03-S1')
    p.caught(b2.scan('F1'), 'ident.lost')


@found_again.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('one alone makes a flask vanish', 'd3.entry.plates', 'witness.same.patch')
def vanishes(p):
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    b2.scan('X:LOST', 'F1')
    p.caught(vanished(p, b2.scan('P:OP1')), 'witness.same')


def vanished(p, answer):
    """With the defence off its own hold comes all the same: that is no noise here."""
    return dict(answer, outcome='accepted') if p.mode == 'off' and answer['code'] == 'container.lost-last' else answer


@vanishes.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('quality alone makes a form void that came back written on', 'd3.entry.plates', 'right.second')
def voided_alone(p):
    number = form(p, 'OP1', 'OP2')
    p.caught(p.at('QA1').record('QM', 'form.voided', form=number, reason='汚れた torn'), 'right.second')


@voided_alone.honest
def _(p):
    number = p.quiet(p.at('B21').record('OP1', 'form.issued', to='OP1'))['args']['form']
    p.quiet(p.at('QA1').record('QM', 'form.voided', form=number, reason='使わなかった not used'))


@row('a vial that was never on the tray', 'd3.out', 'lot.unstaged')
def never_staged(p):
    b2 = p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2')
    p.caught(b2.scan('L:IL2-2601/7'), 'lot.unstaged', 'deviation')


@never_staged.honest
def _(p):
    p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'L:IL2-2601/2')
