"""At the bench: the wrong container, the wrong lot, the wrong place, the absent colleague, the value that does not please."""
from bench import row


def draw(p):
    """The nurse writes down the draw; the colleague is still to compare."""
    return p.at('CL1').work('draw', 'N1').scans('=45 mL', 'X:OPT-DONE', 'X:OPT-SMOOTH')


# ---- containers ----


@row("the neighbour's flask at the open cabinet", 'd3.entry.plates', 'ident.foreign.patch', batches=2)
def neighbours_flask(p):
    b2 = p.at('B21').work('d3.out', 'OP1', 'OP2')
    p.caught(b2.scan('other:F1'), 'ident.foreign')
    p.must(p.found('refused', stream=f'batch/{p.other}', code='ident.foreign'), 'the other batch does not tell it')


@neighbours_flask.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row("the neighbour's flask, opened first and scanned after", 'd3.entry.plates', ('ident.foreign.patch', 'time.late-entry'),
     batches=2)
def neighbours_flask_opened(p):
    b2 = p.at('B21').work('d3.out', 'OP1', 'OP2')
    p.caught(b2.scan('other:F1', late=p.late('-1m', 'opened')), 'ident.foreign-opened', 'hold', also=['room.blocked'])
    p.must(p.found('hold.placed', stream=f'batch/{p.other}'), 'the other batch is not held')


@neighbours_flask_opened.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row("scanned on, while another patient's flask lies in the cabinet", 'd3.entry.plates', 'alarm.stands', batches=2)
def scanned_on(p):
    b2 = p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1')
    b2.scan('other:F1')
    p.caught(b2.scan('F1'), 'alarm.stands', also=['alarm.raised'])


@scanned_on.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('W:INC-03-S1', 'F1', 'X:OPT-NORMAL')


@row('the alarm is sent away by one alone, with a colleague who is not of quality on the telephone', 'd3.entry.plates',
     'rescue.not-called', batches=2)
def rung_a_friend(p):
    b2 = p.at('B21').work('look', 'OP1')
    b2.scan('other:F1')
    p.caught(b2.scan('X:ACK-MM'), 'rescue.not-called')


@rung_a_friend.honest
def _(p):
    p.at('B21').work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')


@row("yesterday's label on today's plate", 'd3.entry.clearance', 'ident.used')
def old_label(p):
    p.caught(p.at('B21').work('d3.entry.plates', 'OP1', 'OP2').scan('EP1'), 'ident.used')


@old_label.honest
def _(p):
    p.at('B21').work('d3.entry.plates', 'OP1', 'OP2').scans('EP2', 'AP2')


@row('a container that was used up goes in again', 'd3.out', ('ident.gone', 'ident.unfilled'))
def used_up(p):
    b2 = p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'L:IL2-2601/2')
    p.caught(b2.scan('PA1'), 'ident.gone')


@used_up.honest
def _(p):
    p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'L:IL2-2601/2', 'PA2', 'M2', 'P:OP1')


@row('the final label is printed once more', 'd14.label-print', 'step.done')
def second_label(p):
    p.caught(p.at('ST1').work(None, 'OP2').scan('X:STEP-D14-LABEL-PRINT'), 'step.done')


@second_label.honest
def _(p):
    p.at('B21').work('d14.label-on', 'OP1', 'OP2').scans('FP1', 'X:OPT-AGREES', 'P:OP2')


@row('a label that was never printed here', 'd3.entry.clearance', 'ident.not-issued')
def never_issued(p):
    p.caught(p.at('B21').work('d3.entry.plates', 'OP1', 'OP2').scan('EP9'), 'ident.not-issued')


@never_issued.honest
def _(p):
    p.at('B21').work('d3.entry.plates', 'OP1', 'OP2').scans('EP2')


@row('a label typed by hand with nobody beside', 'd3.tray', 'people.too-few')
def typed_alone(p):
    p.caught(p.at('ST1').work('d3.labels', 'OP2').scan('M2', typed=True), 'people.too-few')


@typed_alone.honest
def _(p):
    st = p.at('ST1').work('d3.labels', 'OP2', 'OP1')
    p.quiet(st.scan('M2', typed=True))


# ---- lots ----


@row('an expired vial goes onto the tray', 'handover', 'lot.expired')
def expired_vial(p):
    p.caught(p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01').scan('L:IL2-2501/1'), 'lot.expired')


@expired_vial.honest
def _(p):
    p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01', 'L:IL2-2601/1')


@row('a lot that nobody has judged goes onto the tray', 'handover', 'lot.quarantine')
def unjudged_lot(p):
    p.caught(p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01').scan('L:IL2-2609/1'), 'lot.quarantine')


@unjudged_lot.honest
def _(p):
    p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01', 'L:IL2-2601/1')


@row('a blocked lot goes onto the tray', 'handover', 'lot.blocked')
def blocked_lot(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='濁り turbid'))
    p.caught(p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01').scan('L:BM-2601/1'), 'lot.blocked')


@blocked_lot.honest
def _(p):
    p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01', 'L:BM-2601/1')


@row('a lot is recalled when its bottles are long empty', 'd6.pass.in', 'lot.blocked-used')
def recalled_after_use(p):
    p.caught(p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='回収 recalled'), 'lot.blocked-used', 'alert')
    p.must([h for h in p.batch_now()['holds'] if h['code'] == 'lot.used-blocked'], 'what was made with it is not held')


@recalled_after_use.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='IL2-2609', reason='回収 recalled'))


@row('a unit that was never received', 'handover', 'lot.unit-unknown')
def unit_never_received(p):
    p.caught(p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01').scan('L:IL2-2601/99999'), 'lot.unit-unknown')


@unit_never_received.honest
def _(p):
    p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01', 'L:IL2-2601/3000')


@row('a vial that was read as empty is drawn from again', 'd6.pass.in', ('lot.unit-empty', 'lot.unstaged'))
def drawn_from_empty(p):
    p.caught(p.at('B21').work('d6.medium', 'OP2', 'OP1').scans('L:BM-2601/3').scan('L:IL2-2601/2'), 'lot.unit-empty')


@drawn_from_empty.honest
def _(p):
    p.at('B21').work('d6.medium', 'OP2', 'OP1').scans('L:BM-2601/3', 'L:IL2-2601/3')


@row('a lot is closed and nobody says where its units went', None, 'lot.balance')
def closed_unbalanced(p):
    p.caught(p.at('QA1').record('MM', 'lot.closed', lot='IL2-2601', discarded=1), 'lot.balance')


@closed_unbalanced.honest
def _(p):
    p.quiet(p.at('QA1').record('MM', 'lot.closed', lot='IL2-2601', discarded=3000))


def second_delivery(p, lot, **other):
    """Another receipt of the first lot's maker, judged by both."""
    qa = p.at('QA1')
    first = qa.ask('GET', '/v1/log?stream=lot/IL2-2601&kind=lot.received')['entries'][0]['body']
    body = {k: first[k] for k in ('maker', 'maker_lot', 'gtin', 'expiry', 'material')} | {'units': 10} | other
    p.quiet(qa.record('MM', 'lot.received', lot=lot, **body))
    p.quiet(qa.record('OP1', 'lot.conforming', lot=lot))
    p.quiet(qa.record('QM', 'lot.released', lot=lot))
    return body


@row("the blocked delivery's box is read as the released one's", 'handover', 'lot.which')
def blocked_delivery(p):
    it = second_delivery(p, 'IL2-2602')
    told = p.at('QA1').record('OP1', 'lot.blocked', lot='IL2-2601', reason='回収 recalled')
    p.must([b['code'] for b in told['beside']] == ['lot.sibling'], 'the other delivery is not named')
    label = f"=]d201{it['gtin']}17{it['expiry'][2:].replace('-', '')}10{it['maker_lot']}\x1d211"
    p.caught(p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01').scan(label), 'lot.which')


@blocked_delivery.honest
def _(p):
    second_delivery(p, 'IL2-2602')
    told = p.at('QA1').record('OP1', 'lot.blocked', lot='IL2-2601', reason='回収 recalled')
    p.must([b['code'] for b in told['beside']] == ['lot.sibling'], 'the other delivery is not named')
    p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01', 'L:IL2-2602/1')


@row('the newer lot is taken while the older one stands', 'handover', ('lot.first-expiry', 'lot.later-taken'))
def newer_first(p):
    second_delivery(p, 'IL2-2602', maker_lot='E0999', expiry=p.day(390))
    st = p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01')
    p.caught(st.scan('L:IL2-2602/1'), 'lot.first-expiry')
    p.wait('5s')
    p.caught(st.scan('L:IL2-2602/1'), 'lot.later-taken', 'alert')


@newer_first.honest
def _(p):
    second_delivery(p, 'IL2-2602', maker_lot='E0999', expiry=p.day(390))
    p.at('ST1').work('d0.tray', 'OP2').scans('E:TRAY-01', 'L:IL2-2601/1')


@row('the empty vial shows that it had expired', 'd3.collect.plates', 'lot.used-expired')
def expired_after_all(p):
    b2 = p.at('B21').work('d3.closing.close', 'OP1', 'OP2')
    p.caught(b2.scan('L:IL2-2501/1'), 'lot.used-expired', 'hold')


@expired_after_all.honest
def _(p):
    p.at('B21').work('d3.closing.close', 'OP1', 'OP2').scans('L:IL2-2601/2', 'X:OPT-USED-UP')


@row("a little left of the other patient's vial", 'd3.out', ('lot.other-batch', 'lot.unstaged'), batches=2)
def albumin_left(p):
    theirs = p.vial_of(p.other, 'IL2-2601')
    b2 = p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2')
    p.caught(b2.scan(f'L:IL2-2601/{theirs}'), 'lot.other-batch')


@albumin_left.honest
def _(p):
    p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'L:IL2-2601/2')


@row('a rest is kept when the session ends', 'd3.collect.plates', 'option.refuse')
def rest_kept(p):
    b2 = p.at('B21').work('d3.closing.close', 'OP1', 'OP2').scans('L:IL2-2601/2')
    p.caught(b2.scan('X:OPT-KEPT'), 'option.refuse')


@rest_kept.honest
def _(p):
    p.at('B21').work('d3.closing.close', 'OP1', 'OP2').scans('L:IL2-2601/2', 'X:OPT-USED-UP')


@row('another material than the recipe has', 'd3.out', 'lot.material.patch')
def other_material(p):
    p.caught(p.at('B21').work('d3.medium', 'OP2', 'OP1').scan('L:IL15-2601/2'), 'lot.material')


@other_material.honest
def _(p):
    p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'L:IL2-2601/2')


# ---- things and places ----


@row('a code read off a sheet: the centrifuge of the other room', 'd0.pool', 'place.room')
def other_room(p):
    p.caught(p.at('B21').work('d0.spin-1.load', 'OP2', 'OP1').scan('E:CF-03'), 'place.room')


@other_room.honest
def _(p):
    p.at('B21').work('d0.spin-1.load', 'OP2', 'OP1').scans('W1', 'W2', 'E:CF-02')


@row('a centrifuge whose calibration is over', 'd0.pool', 'equipment.calibration')
def calibration_over(p):
    p.caught(p.at('B21').work('d0.spin-1.load', 'OP2', 'OP1').scan('E:CF-09'), 'equipment.calibration')


@calibration_over.honest
def _(p):
    p.at('B21').work('d0.spin-1.load', 'OP2', 'OP1').scans('E:CF-02')


@row('a block that is out of service', 'd0.start-sample', 'equipment.out-of-service')
def out_of_service(p):
    p.caught(p.at('B21').work('d0.inactivate', 'OP2', 'OP1').scans('PL1').scan('E:HB-09'), 'equipment.out-of-service')


@out_of_service.honest
def _(p):
    p.at('B21').work('d0.inactivate', 'OP2', 'OP1').scans('PL1', 'E:HB-01')


@row("the other donor's position in the freezer", 'qc.phenotype.start', 'place.other-donor', batches=2)
def other_donors_place(p):
    p.caught(p.at('QC1S').work('d14.retain', 'QC1').scan('W:FZ-01-03'), 'place.other-donor')


@other_donors_place.honest
def _(p):
    p.at('QC1S').work('d14.retain', 'QC1').scans('W:FZ-01-02', 'RT2')


@row('work goes on in a blocked room', 'd3.opening.incubator', 'room.blocked')
def blocked_room(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', room='B2', cause='処置基準超過 action limit'))
    p.caught(p.at('B21').work(None, 'OP1', 'OP2').scan('X:STEP-D3-ENTRY-CABINET'), 'room.blocked')


@blocked_room.honest
def _(p):
    p.at('B21').work('d3.entry.cabinet', 'OP1', 'OP2').scans('E:BSC-02')


# ---- people ----


@row("the colleague's badge hangs at the station", 'tubes', 'witness.absent.patch')
def absent_witness(p):
    p.caught(draw(p).scan('P:N2'), 'witness.absent')


@absent_witness.honest
def _(p):
    draw(p).sign_in('N2').scans('P:N2')


@row('the performer is the witness too', 'tubes', 'witness.same.patch')
def own_witness(p):
    p.caught(draw(p).scan('P:N1'), 'witness.same')


@own_witness.honest
def _(p):
    draw(p).sign_in('N2').scans('P:N2')


@row("the badge and a PIN that was guessed", 'tubes', 'session.wrong-secret.patch')
def guessed_pin(p):
    answer = p.at('CL1').send('/v1/sessions', badge=p.raw('P:N2'), pin='000000')
    p.caught(answer, 'session.wrong-secret')


@guessed_pin.honest
def _(p):
    p.at('CL1').sign_in('N2')


@row('one person in two rooms', 'd3.opening.incubator', 'session.elsewhere.patch')
def two_rooms(p):
    p.at('RC1').sign_in('OP2')
    answer = p.at('B21').send('/v1/sessions', badge=p.raw('P:OP2'), pin=p.pin('OP2'))
    p.caught(answer, 'session.elsewhere')


@two_rooms.honest
def _(p):
    p.at('RC1').sign_in('OP2').scans('X:OUT')
    p.at('B21').sign_in('OP2')


@row('the aseptic qualification has run out', 'd3.opening.fitness', ('person.unqualified', 'person.unfit'))
def unqualified(p):
    b2 = p.at('B21').work(None, 'OP9')
    p.caught(b2.scan('X:STEP-D3-OPENING-ROOM'), 'person.unqualified')


@unqualified.honest
def _(p):
    p.at('B21').work('d3.opening.room', 'OP2')


@row('another badge is read in the middle of a step', 'd3.out', 'bench.take-over')
def takes_over(p):
    b2 = p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2')
    p.caught(b2.scan('P:OP1'), 'bench.take-over', 'alert')


@takes_over.honest
def _(p):
    p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'P:OP2', 'L:IL2-2601/2')


@row("another batch's card is read in the middle of a step", 'd3.out', 'bench.other-batch', batches=2)
def other_card(p):
    b2 = p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2')
    p.caught(b2.scan('B:' + p.other), 'bench.other-batch', 'alert')


@other_card.honest
def _(p):
    p.at('B21').work('d3.medium', 'OP2', 'OP1').scans('L:BM-2601/2', 'B:' + p.batch)


@row('one leaves, and the next scan is said to be the other one', 'handover', 'session.who')
def who_is_left(p):
    st = p.at('ST1').work('d0.tray', 'OP2', 'OP1').leave('OP2')
    p.caught(st.scan('E:TRAY-01'), 'session.who')


@who_is_left.honest
def _(p):
    p.at('ST1').work('d0.tray', 'OP2', 'OP1').leave('OP2').scans('P:OP1', 'E:TRAY-01')


@row('somebody finds a bench that was left an hour ago', 'handover', 'session.who')
def left_bench(p):
    st = p.at('ST1').work('d0.tray', 'OP2')
    p.wait('1h')
    p.caught(st.scan('E:TRAY-01'), 'session.who')


@left_bench.honest
def _(p):
    st = p.at('ST1').work('d0.tray', 'OP2')
    p.wait('20m')
    st.scans('E:TRAY-01')


@row('in without the declaration of health', 'd3.opening.fitness', 'person.unfit')
def undeclared(p):
    p.caught(p.at('B21').work(None, 'OP3').scan('X:STEP-D3-OPENING-ROOM'), 'person.unfit')


@undeclared.honest
def _(p):
    p.at('B21').work('d3.opening.room', 'OP2')


@row('one alone where two are wanted', 'd3.opening.incubator', 'people.too-few')
def alone(p):
    p.caught(p.at('B21').work(None, 'OP1').scan('X:STEP-D3-ENTRY-CABINET'), 'people.too-few')


@alone.honest
def _(p):
    p.at('B21').work('d3.entry.cabinet', 'OP1', 'OP2').scans('E:BSC-02')


@row('quality lends a hand in manufacturing', 'd3.opening.incubator', 
     ('person.role', 'act.quality', 'person.unqualified', 'person.unfit'))
def tester_at_the_bench(p):
    p.caught(p.at('B21').work(None, 'QC1', 'OP1').scan('X:STEP-D3-ENTRY-CABINET'), 'person.role')


@tester_at_the_bench.honest
def _(p):
    p.at('B21').work('d3.entry.cabinet', 'OP1', 'OP2').scans('E:BSC-02')


@row('the value is typed again by the one who typed it', 'd14.count.cells', 'value.other-person')
def typed_twice_by_one(p):
    b2 = p.at('B21').work('d14.fill', 'OP1', 'OP2').scans('L:PB-2601', 'C2', '=100.0 mL')
    p.caught(b2.scan('=100.0 mL'), 'value.other-person')


@typed_twice_by_one.honest
def _(p):
    p.at('B21').work('d14.fill', 'OP1', 'OP2').scans('L:PB-2601', 'C2', '=100.0 mL', 'P:OP2', '=100.0 mL')


# ---- order of steps, values ----


@row('culture before the cells are there', 'receipt', 'step.order')
def out_of_order(p):
    for who in ('OP1', 'OP2'):
        p.at('GW1').work('d0.opening.fitness', who).scans('X:OPT-NONE', 'X:OPT-NONE', 'X:OPT-NONE').leave(who)
    p.caught(p.at('B21').work(None, 'OP1', 'OP2').scan('X:STEP-D0-CULTURE'), 'step.order')


@out_of_order.honest
def _(p):
    p.at('GW1').work('d0.opening.fitness', 'OP1').scans('X:OPT-NONE', 'X:OPT-NONE', 'X:OPT-NONE')


@row('counting until it fits', 'd6.count.cells', 'step.done')
def counts_again(p):
    b2 = p.at('B21').work(None, 'OP2', 'OP1')
    p.caught(b2.scan('X:STEP-D6-COUNT-CELLS'), 'step.done')


@counts_again.honest
def _(p):
    p.at('B21').work('d6.pass.out', 'OP2', 'OP1').scans('S5')


@row('a draw below its action limit', 'tubes', 'value.action')
def short_draw(p):
    cl = p.at('CL1').work('draw', 'N1')
    p.caught(cl.typed('=27 mL'), 'value.action', 'deviation')


@short_draw.honest
def _(p):
    said = p.at('CL1').work('draw', 'N1').scan('=45 mL')['message']
    p.must(said['ja'] == '記録しました：採血量 45 mL' and said['en'] == 'Recorded: Volume drawn 45 mL', f'it was said: {said}')
    p.at('CL1').scans('X:OPT-DONE', 'X:OPT-SMOOTH')


@row('a typing slip becomes a deviation at once', 'd0.opening.fitness', 'value.once-more')
def one_slip(p):
    b2 = p.at('B21').work('d0.opening.room', 'OP2').scans('=15.0 Pa')
    answer = b2.scan('=42.2 °C')
    p.due('step.input', text='42.2', asked=True)
    p.must(answer['code'] == 'value.once-more' and answer['next'].get('again'), 'not asked for again')
    p.must(not p.found('deviation.opened'), 'a deviation at once')


@one_slip.honest
def _(p):
    b2 = p.at('B21').work('d0.opening.room', 'OP2').scans('=15.0 Pa')
    p.quiet(b2.scan('=22.2 °C'))


@row('a bad value is typed away when it is asked for once more', 'd0.opening.fitness', 'value.two-entries')
def typed_away(p):
    b2 = p.at('B21').work('d0.opening.room', 'OP2', 'OP1').scans('=15.0 Pa')
    p.quiet(b2.scan('=42.2 °C'), 'value.once-more')
    b2.scans('P:OP1')
    p.caught(b2.scan('=22.2 °C'), 'value.two-entries', 'deviation', also=[('step.input', {'text': '22.2', 'stands': '42.2'})])


@typed_away.honest
def _(p):
    p.at('B21').work('d0.opening.room', 'OP2', 'OP1').scans('=15.0 Pa', '=22.2 °C')


@row('a trigger that bounces answers for the colleague', 'd0.opening.fitness', 'value.other-person')
def bounces(p):
    b2 = p.at('B21').work('d0.opening.room', 'OP2', 'OP1').scans('=15.0 Pa')
    p.quiet(b2.scan('=42.2 °C'), 'value.once-more')
    answer = b2.scan('=42.2 °C')
    if p.mode == 'off':
        p.due('refused', code='value.other-person')
    p.caught(answer, 'value.other-person')


@bounces.honest
def _(p):
    p.at('B21').work('d0.opening.room', 'OP2', 'OP1').scans('=15.0 Pa', '=22.2 °C')


@row('the logger was never started', 'arrival', 'option.hold')
def no_logger(p):
    p.caught(p.at('RC1').work('transport-temperature', 'OP1').scans('E:LOG-01').scan('X:OPT-GAP'), 'option.hold', 'hold')


@no_logger.honest
def _(p):
    p.at('RC1').work('transport-temperature', 'OP1').scans('E:LOG-01', 'X:OPT-READ', '=18.5 °C', '=22.0 °C')


@row('another seal than the one that left', 'd0.labels', 'value.same')
def other_seal(p):
    rc = p.at('RC1').work('arrival', 'OP1').scans('P:CR', 'E:BOX-01')
    p.caught(rc.scan('D:SEAL-999-1'), 'value.same', 'hold')


@other_seal.honest
def _(p):
    p.at('RC1').work('arrival', 'OP1').scans('P:CR', 'E:BOX-01', 'D:' + p.recorded('kit', 'seal'), 'X:OPT-INTACT')


@row('plates above the action limit, and work goes on', 'd9.env.incubate', 'value.action-room')
def saitama(p):
    qc = p.at('QC1S').work('d3.env.read', 'QC1').scans('EP2', '=0', 'AP2', '=0', 'FG3', 'FG4')
    p.caught(qc.typed('=9'), 'value.action-room', 'deviation', also=['room.blocked'])


@saitama.honest
def _(p):
    p.at('QC1S').work('d3.env.read', 'QC1').scans('EP2', '=0', 'AP2', '=0', 'FG3', 'FG4', '=0')


@row('the operator of the session reads its plates', 'd9.env.incubate', ('person.role', 'act.producer', 'act.not-by', 'person.unqualified'))
def operator_reads_plates(p):
    p.caught(p.at('QC1S').work(None, 'OP1').scan('X:STEP-D3-ENV-READ'), 'person.role')


@operator_reads_plates.honest
def _(p):
    p.at('QC1S').work('d3.env.read', 'QC1').scans('EP2')
