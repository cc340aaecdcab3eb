"""At the clinic: the order, the consent, the patient, the bag at the bedside."""
from bench import row, sha256_id

PATIENT = {'patient': 'P000901', 'name-kanji': '山本 光', 'name-kana': 'ヤマモト ヒカル', 'name-latin': 'Yamamoto Hikaru',
           'birth-date': '1966-05-09'}


def order(p, batch=None, who='CO', **fields):
    """An order; the facility's rule numbers the batch."""
    body = dict(PATIENT, plan='PC5170071', facility='FC9990001', physician='DR', dose='1', allergies='none')
    body.update({'planned-draw': p.day(20), 'planned-infusion': p.day(34)})
    body.update(fields)
    return p.at('CL1').act(who, 'order', batch=batch, protocol='nk-autologous', fields=body)


def screening(p, **fields):
    day = p.day(-4)
    body = {'consent-version': '3.1', 'consent-date': day, 'questionnaire': 'fit', 'laboratory': 'LAB-0012'}
    for test in ('hiv', 'hbv', 'hcv', 'htlv', 'syphilis'):
        body.update({test: 'negative', test + '-date': day})
    body.update(fields)
    return p.at('CL1').act('CO', 'screening', fields=body)


def identity(p, batch=None, **changed):
    """The identity of the patient as ordered, with what is changed."""
    names = p.ordered(batch or p.batch)
    said = {'name': names['name-kana'], 'birth-date': names['birth-date'], 'wristband': 'N:' + names['patient']}
    said.update(changed)
    return said


# ---- orders ----


@row('the same draw is ordered twice', 'order', ('order.duplicate', 'order.near-draw'))
def ordered_twice(p):
    same = dict(p.ordered(p.batch))
    p.caught(order(p, **same), 'order.duplicate')


@ordered_twice.honest
def _(p):
    p.quiet(order(p))


@row('a birth date that is none', 'order', 'date.invalid')
def no_birth_date(p):
    p.caught(order(p, **{'birth-date': 'banana'}), 'date.invalid')


@no_birth_date.honest
def _(p):
    p.quiet(order(p, **{'birth-date': '昭和41年5月9日'}))


@row('a plan that nobody knows', 'order', 'order.plan')
def unknown_plan(p):
    p.caught(order(p, plan='PC5999999'), 'order.plan')


@unknown_plan.honest
def _(p):
    p.quiet(order(p))


@row('a physician outside of the plan orders', 'order', 'order.physician')
def physician_outside(p):
    p.caught(order(p, physician='N1'), 'order.physician')


@physician_outside.honest
def _(p):
    p.quiet(order(p, who='DR'))


@row("a physician outside of the plan gives the go for the draw", 'kit', 'order.physician')
def go_outside(p):
    dr = {'person': 'N1', 'dept': 'clinic', 'roles': ['physician'], 'reason': '医師として登録 enrolled as physician'}
    p.quiet(p.at('QA1').sign_in('QM').record('FM', 'person.changed', witness=p.raw('P:QM'), **dr))
    p.caught(p.at('CL1').act('N1', 'draw-go', fields={'condition': 'good', 'temperature': '36.5', 'consent': 'stands'}), 'order.physician')


@go_outside.honest
def _(p):
    p.quiet(p.at('CL1').act('DR', 'draw-go', fields={'condition': 'good', 'temperature': '36.5', 'consent': 'stands'}))


@row("another facility's number on the order", 'order', 'order.facility')
def other_facility(p):
    p.caught(order(p, facility='FC1234567'), 'order.facility')


@other_facility.honest
def _(p):
    p.quiet(order(p))


@row('infused before it was drawn', 'order', 'order.infusion')
def infused_before_drawn(p):
    p.caught(order(p, **{'planned-infusion': p.day(15)}), 'order.infusion')


@infused_before_drawn.honest
def _(p):
    p.quiet(order(p, **{'planned-infusion': p.day(20)}))


@row('two numbers that look alike', 'order', ('order.look-alike', 'batch.number'))
def look_alike(p):
    p.caught(order(p, p.batch.replace('0', 'O')), 'order.look-alike')


@look_alike.honest
def _(p):
    p.quiet(order(p))


@row('the clinic chooses the batch number', 'order', 'batch.number')
def chosen_number(p):
    p.caught(order(p, 'NK26-0490'), 'batch.number')


@chosen_number.honest
def _(p):
    p.quiet(order(p, f'{p.batch[:5]}{int(p.batch[5:]) + 1:04}'))


@row('the same person under another number', 'order', 'order.same-person')
def same_person(p):
    p.caught(order(p, **dict(p.ordered(p.batch), patient='P000950', **{'planned-draw': p.day(40), 'planned-infusion': p.day(54)})),
             'order.same-person')


@same_person.honest
def _(p):
    draw = p.day(40)
    p.quiet(p.at('QA1').record('QM', 'order.answered', batch=p.batch, patient='P000950', draw=draw, reason='診察券を再発行 new card'))
    p.quiet(order(p, **dict(p.ordered(p.batch), patient='P000950', **{'planned-draw': draw, 'planned-infusion': p.day(54)})))


@row("the number of another patient on the order", 'order', 'order.other-person')
def number_of_another(p):
    p.caught(order(p, patient=p.ordered(p.batch)['patient']), 'order.other-person')


@number_of_another.honest
def _(p):
    p.quiet(order(p))


@row("an order is corrected into another patient's", 'order', ('order.other-person', 'ident.corrected'))
def corrected_into_another(p):
    mine = p.quiet(order(p))['batch']
    cl = p.at('CL1').sign_in('CO')
    p.caught(cl.correct('DR', 'CO', 'order', 'patient', p.ordered(p.batch)['patient'], batch=mine), 'order.other-person')


@corrected_into_another.honest
def _(p):
    mine = p.quiet(order(p))['batch']
    cl = p.at('CL1').sign_in('CO')
    p.quiet(cl.correct('DR', 'CO', 'order', 'dose', '2', batch=mine))


@row('a second order, for a draw a day away', 'order', 'order.near-draw')
def draw_a_day_away(p):
    p.caught(order(p, **dict(p.ordered(p.batch), **{'planned-draw': p.day(11), 'planned-infusion': p.day(25)})), 'order.near-draw')


@draw_a_day_away.honest
def _(p):
    p.quiet(order(p, **dict(p.ordered(p.batch), **{'planned-draw': p.day(30), 'planned-infusion': p.day(44)})))


@row('a plan registered by one alone', None, ('right.second', 'right.document'))
def plan_alone(p):
    plan = {'plan': 'PC5180002', 'clinic': 'SAMPLE-CLINIC', 'products': ['nk-autologous'], 'physicians': ['DR'], 'from': p.day(-1)}
    p.caught(p.at('QA1').record('FM', 'plan.registered', **plan), 'right.second')


@plan_alone.honest
def _(p):
    plan = {'plan': 'PC5180002', 'clinic': 'SAMPLE-CLINIC', 'products': ['nk-autologous'], 'physicians': ['DR'], 'from': p.day(-1),
            'document': '受理通知 5180002', 'sha256': sha256_id(b'notice')}
    p.quiet(p.at('QA1').sign_in('QM').record('FM', 'plan.registered', witness=p.raw('P:QM'), **plan))


@row('an operator orders a batch', 'order', 'person.role')
def operator_orders(p):
    p.caught(order(p, who='OP1'), 'person.role')


@operator_orders.honest
def _(p):
    p.quiet(order(p, who='DR'))


@row('an allergy to what is used in making', 'order', 'option.refuse')
def allergy(p):
    p.caught(order(p, allergies='listed'), 'option.refuse')


@allergy.honest
def _(p):
    p.quiet(order(p))


@row('an infection panel that is too old on the day of the draw', 'order', 'date.expired')
def old_panel(p):
    p.caught(screening(p, **{'hiv-date': p.day(-85)}), 'date.expired')


@old_panel.honest
def _(p):
    p.quiet(screening(p, **{'hiv-date': p.day(-75)}))


@row('who typed the form reads it again', 'screening', ('person.role', 'act.not-by', 'act.producer'))
def reads_own_form(p):
    p.caught(p.at('QA1').act('CO', 'second-reading', fields={'name': 'agrees', 'panel': 'agrees'}), 'person.role')


@reads_own_form.honest
def _(p):
    p.quiet(p.at('QA1').act('OP2', 'second-reading', fields={'name': 'agrees', 'panel': 'agrees'}))


# ---- the draw ----


@row('the draw although consent was withdrawn', 'kit', 'option.refuse')
def consent_withdrawn(p):
    p.wait('43h')
    said = {'condition': 'good', 'temperature': '36.5', 'consent': 'withdrawn'}
    p.caught(p.at('CL1').act('DR', 'draw-go', fields=said), 'option.refuse')


@consent_withdrawn.honest
def _(p):
    p.wait('43h')
    p.quiet(p.at('CL1').act('DR', 'draw-go', fields={'condition': 'good', 'temperature': '36.5', 'consent': 'stands'}))


@row("the nurse signs the physician's go", 'kit', ('person.role', 'order.physician'))
def nurse_signs(p):
    said = {'condition': 'good', 'temperature': '36.5', 'consent': 'stands'}
    p.caught(p.at('CL1').act('N1', 'draw-go', fields=said), 'person.role')


@nurse_signs.honest
def _(p):
    p.quiet(p.at('CL1').act('DR', 'draw-go', fields={'condition': 'good', 'temperature': '36.5', 'consent': 'stands'}))


@row("the other patient's wristband", 'draw-go', 'ident.patient', batches=2)
def wrong_wristband(p):
    other = p.ordered(p.other)['patient']
    answer = p.at('CL1').act('N1', 'identify', fields=identity(p, wristband='N:' + other))
    p.caught(answer, 'ident.patient', also=['hold.placed'])


@wrong_wristband.honest
def _(p):
    p.quiet(p.at('CL1').act('N1', 'identify', fields=identity(p)))


@row('another name is said', 'draw-go', 'ident.patient', batches=2)
def other_name(p):
    answer = p.at('CL1').act('N1', 'identify', fields=identity(p, name='スズキ ハナコ'))
    p.caught(answer, 'ident.patient', also=['hold.placed'])


@other_name.honest
def _(p):
    kana = p.ordered(p.batch)['name-kana'].replace(' ', '　')
    p.quiet(p.at('CL1').act('N1', 'identify', fields=identity(p, name=kana)))


@row('the draw goes on although it was the wrong patient', 'draw-go', ('ident.patient', 'decision.hold'), batches=2)
def draws_all_the_same(p):
    p.at('CL1').act('N1', 'identify', fields=identity(p, name='スズキ ハナコ'))
    answer = p.at('CL1').act('N1', 'identify', fields=identity(p))
    p.caught(answer if p.mode == 'tried' else p.at('CL1').work('tubes', 'N1').scan('T1'), 'decision.hold')


@draws_all_the_same.honest
def _(p):
    p.quiet(p.at('CL1').act('N1', 'identify', fields=identity(p)))
    p.at('CL1').work('tubes', 'N1').scans('T1')


@row("the other patient's tube at the draw", 'identify', 'ident.foreign.patch', batches=2)
def wrong_tube(p):
    p.caught(p.at('CL1').work('tubes', 'N1').scan('other:T1'), 'ident.foreign')


@wrong_tube.honest
def _(p):
    p.at('CL1').work('tubes', 'N1').scans('T1')


@row('a carrier takes part as the nurse', 'identify', 'person.role')
def courier_draws(p):
    p.caught(p.at('CL1').work(None, 'CR').scan('X:STEP-TUBES'), 'person.role')


@courier_draws.honest
def _(p):
    p.at('CL1').work('tubes', 'N1').scans('T1')


# ---- the bag ----


@row('cells for another patient: the wristband at the bed', 'physician-go', 'ident.patient', batches=2)
def infused_into_another(p):
    other = p.ordered(p.other)
    said = {'name': other['name-kana'], 'birth-date': other['birth-date'], 'wristband': 'N:' + other['patient']}
    p.caught(p.at('CL1').act('N1', 'bedside', fields=said), 'ident.patient', also=['hold.placed'])


@infused_into_another.honest
def _(p):
    p.quiet(p.at('CL1').act('N1', 'bedside', fields=identity(p)))


@row("cells of another patient: the other's bag on the stand", 'bedside', 'ident.foreign.patch', batches=2)
def other_bag(p):
    cl = p.at('CL1').work('infusion-start', 'N1').scans('N:' + p.ordered(p.batch)['patient'])
    p.caught(cl.scan('other:FP1'), 'ident.foreign')
    p.must(p.found('refused', stream=f'batch/{p.other}', code='ident.foreign'), 'the other batch does not tell it')


@other_bag.honest
def _(p):
    p.at('CL1').work('infusion-start', 'N1').scans('N:' + p.ordered(p.batch)['patient'], 'FP1', 'D:LINE-1')


@row('the bag is given after its time', 'physician-go', 'decision.expired')
def expired_bag(p):
    p.wait('19h')
    p.caught(p.at('CL1').act('N1', 'bedside', fields=identity(p)), 'decision.expired')


@expired_bag.honest
def _(p):
    p.quiet(p.at('CL1').act('N1', 'bedside', fields=identity(p)))


@row("the physician's go on another certificate", 'clinic-receipt', 'value.same')
def other_certificate(p):
    fields = {'certificate': 'D:CERT-999', 'overview': 'agrees'}
    p.caught(p.at('CL1').act('DR', 'physician-go', fields=fields), 'value.same')


@other_certificate.honest
def _(p):
    fields = {'certificate': 'D:' + p.recorded('ship-check', 'certificate'), 'overview': 'agrees'}
    p.quiet(p.at('CL1').act('DR', 'physician-go', fields=fields))


@row('the product does not agree with its overview, and is infused', 'clinic-receipt', 'option.refuse')
def not_as_overview(p):
    fields = {'certificate': 'D:' + p.recorded('ship-check', 'certificate'), 'overview': 'differs'}
    p.caught(p.at('CL1').act('DR', 'physician-go', fields=fields), 'option.refuse')


@not_as_overview.honest
def _(p):
    fields = {'certificate': 'D:' + p.recorded('ship-check', 'certificate'), 'overview': 'agrees'}
    p.quiet(p.at('CL1').act('DR', 'physician-go', fields=fields))


@row('a physician of nowhere signs the go', 'clinic-receipt', ('person.role', 'act.producer', 'order.physician'))
def no_physician(p):
    fields = {'certificate': 'D:' + p.recorded('ship-check', 'certificate'), 'overview': 'agrees'}
    p.caught(p.at('CL1').act('N1', 'physician-go', fields=fields), 'person.role')


@no_physician.honest
def _(p):
    fields = {'certificate': 'D:' + p.recorded('ship-check', 'certificate'), 'overview': 'agrees'}
    p.quiet(p.at('CL1').act('DR', 'physician-go', fields=fields))


@row('the box was opened on the way', 'ship', 'value.same')
def opened_box(p):
    p.wait('50m')
    cl = p.at('CL1').work('clinic-receipt', 'N1').scans('E:BOX-01')
    p.caught(cl.scan('D:SEAL-1234-9'), 'value.same', 'hold')


@opened_box.honest
def _(p):
    p.wait('50m')
    p.at('CL1').work('clinic-receipt', 'N1').scans('E:BOX-01', 'D:' + p.recorded('ship-check', 'seal'))


@row('more was given than the bag held', 'infusion-start', 'value.balance-over')
def more_than_there_was(p):
    p.wait('45m')
    cl = p.at('CL1').work('infusion-end', 'N1').scans('FP1')
    p.caught(cl.scan('=150.0 mL'), 'value.balance-over')


@more_than_there_was.honest
def _(p):
    p.wait('45m')
    p.at('CL1').work('infusion-end', 'N1').scans('FP1', '=99.0 mL', 'X:OPT-NONE')


@row('a reagent outside of the plan, mixed in at the bedside', 'infusion-start', 'lot.used-outside-plan')
def mixed_in(p):
    p.wait('45m')
    cl = p.at('CL1').work('infusion-end', 'N1')
    cl.scan('L:IL2-2601/77')
    p.must(p.last.get('code') == 'lot.outside-plan', 'nobody asks')
    p.wait('10s')
    cl.scan('L:IL2-2601/77')
    p.due('deviation.opened', cause='lot.used-outside-plan', grade='major')
    p.due('hold.placed', cause='lot.used-outside-plan')


@mixed_in.honest
def _(p):
    p.wait('45m')
    p.at('CL1').work('infusion-end', 'N1').scans('FP1', '=99.0 mL', 'X:OPT-NONE')
