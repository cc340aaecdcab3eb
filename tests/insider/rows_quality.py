"""Judging, deciding, telling afterwards: whoever caused it never judges it, and a later truth counts."""
from bench import row
from rows_deviation import assess

REVIEWED = {'audit-trail': 'reviewed'}


def decide(p, who='QM', disposition='released-pending', pending=None):
    shown = p.batch_now()['pending'] if pending is None else pending
    return p.at('QA1').act(who, 'decision', fields={'disposition': disposition}, pending=shown, shown=p.batch_now().get('shown'))


def growth(p, found='growth'):
    """R+3: the bottle of the product."""
    p.wait('67h')
    return p.at('QC1S').work('late.r3', 'QC1').scan('X:OPT-' + found.upper())


# ---- who judges ----


@row('who made it confirms it', 'report', ('person.role', 'act.producer', 'act.new-role'))
def producer_confirms(p):
    p.caught(p.at('QA1').act('MM', 'confirmation', fields=REVIEWED), 'person.role')


@producer_confirms.honest
def _(p):
    p.quiet(p.at('QA1').act('QM', 'confirmation', fields=REVIEWED))


@row('who made it decides on it', 'confirmation', ('person.role', 'act.producer', 'act.new-role'))
def producer_decides(p):
    p.caught(decide(p, 'MM'), 'person.role')


@producer_decides.honest
def _(p):
    p.quiet(decide(p))


@row('the tester judges the own results', 'qc.mycoplasma.result', ('person.role', 'act.not-by'))
def tester_judges(p):
    everything = dict.fromkeys(('viability', 'gram', 'endotoxin', 'mycoplasma', 'phenotype', 'start-sterility'), 'pass')
    p.caught(p.at('QA1').act('QC1', 'judgement', fields=everything), 'person.role')


@tester_judges.honest
def _(p):
    everything = dict.fromkeys(('viability', 'gram', 'endotoxin', 'mycoplasma', 'phenotype', 'start-sterility'), 'pass')
    p.quiet(p.at('QA1').act('QM', 'judgement', fields=everything))


@row('signed with the PIN alone', 'confirmation', 'act.needs-password')
def signed_by_pin(p):
    qa = p.at('QA1').sign_in('QM')
    answer = qa.act('QM', 'decision', password=False, fields={'disposition': 'released-pending'}, pending=p.batch_now()['pending'],
                    shown=p.batch_now().get('shown'))
    p.caught(answer, 'act.needs-password')


@signed_by_pin.honest
def _(p):
    p.at('QA1').sign_in('QM')
    p.quiet(decide(p))


@row("signed with a password that was guessed", 'confirmation', 'session.wrong-secret')
def guessed_password(p):
    answer = p.at('QA1').act('QM', 'decision', password='sample-guess-password', fields={'disposition': 'released-pending'},
                             pending=p.batch_now()['pending'], shown=p.batch_now().get('shown'))
    p.caught(answer, 'session.wrong-secret')


@guessed_password.honest
def _(p):
    p.quiet(decide(p))


# ---- what is decided on ----


@row('decided on something else than was shown', 'confirmation', 'act.shown-differs')
def shown_differs(p):
    p.caught(decide(p, pending=['late.r14']), 'act.shown-differs')


@shown_differs.honest
def _(p):
    p.quiet(decide(p))


@row('released without the report of manufacturing', 'judgement', ('decision.open-steps', 'decision.labels'))
def without_report(p):
    p.caught(decide(p), 'decision.open-steps')


@without_report.honest
def _(p):
    p.quiet(p.at('QA1').act('MM', 'report', fields={'review': 'reviewed'}))


@row('released with a deviation that nobody assessed', 'confirmation', 'decision.deviations')
def unassessed(p):
    p.at('QC1S').work('d11.env.read', 'QC1').scan('EP5')
    p.caught(decide(p), 'decision.deviations')


@unassessed.honest
def _(p):
    p.quiet(decide(p))


@row('released on what one alone has assessed', 'confirmation', 'decision.deviations')
def unconfirmed(p):
    p.at('QC1S').work('d11.env.read', 'QC1').scan('EP5')
    for d in p.batch_now()['deviations']:
        p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=d['dev'], grade='minor', reason='早い early'))
    p.caught(decide(p), 'decision.deviations')


@unconfirmed.honest
def _(p):
    p.at('QC1S').work('d11.env.read', 'QC1').scan('EP5')
    p.begun = p.status()['size']
    for d in p.batch_now()['deviations']:
        assess(p, d['dev'])
    p.quiet(decide(p))


@row('released after its time', 'confirmation', 'decision.expired')
def released_late(p):
    p.wait('21h')
    p.caught(decide(p), 'decision.expired')


@released_late.honest
def _(p):
    p.quiet(decide(p))


@row('the bag goes before anybody has decided', 'confirmation', ('step.order', 'decision.not-released'))
def courier_waiting(p):
    p.caught(p.at('SH1').work(None, 'OP2', 'OP1').scan('X:STEP-SHIP-CHECK'), 'step.order')


@courier_waiting.honest
def _(p):
    p.quiet(decide(p))
    p.quiet(p.at('QA1').act('QM', 'certificate', fields={'certificate': 'D:CERT-77', 'content': 'same'}))
    p.at('SH1').work('ship-check', 'OP2', 'OP1').scans('FP1')


@row('another bag position than the book has', 'certificate', 'value.same')
def wrong_position(p):
    p.caught(p.at('SH1').work('ship-check', 'OP2', 'OP1').scan('W:RF-03-Q5'), 'value.same')


@wrong_position.honest
def _(p):
    p.at('SH1').work('ship-check', 'OP2', 'OP1').scans('W:RF-03-Q1', 'FP1')


# ---- tests ----


@row('a positive rapid test of the product', 'qc.gram.start', 'option.hold')
def positive_gram(p):
    p.wait('25m')
    qc = p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID')
    p.caught(qc.scan('X:OPT-POSITIVE'), 'option.hold', 'hold')


@positive_gram.honest
def _(p):
    p.wait('25m')
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID', 'X:OPT-NEGATIVE')


@row('endotoxin above its limit', 'qc.phenotype.start', 'value.action')
def endotoxin_high(p):
    p.wait('70m')
    qc = p.at('QC1S').work('qc.endotoxin.result', 'QC1').scans('X:OPT-VALID')
    p.caught(qc.typed('=6.20 EU/mL'), 'value.action', 'hold')


@endotoxin_high.honest
def _(p):
    p.wait('70m')
    p.at('QC1S').work('qc.endotoxin.result', 'QC1').scans('X:OPT-VALID', '=0.15 EU/mL')


@row('a result that does not tell whether it meets the limit', 'qc.phenotype.start', 'value.undecided')
def undecided(p):
    p.wait('70m')
    qc = p.at('QC1S').work('qc.endotoxin.result', 'QC1').scans('X:OPT-VALID')
    p.caught(qc.scan('=<10 EU/mL'), 'value.undecided', 'hold')


@undecided.honest
def _(p):
    p.wait('70m')
    p.at('QC1S').work('qc.endotoxin.result', 'QC1').scans('X:OPT-VALID', '=<0.05 EU/mL')


@row('somebody who is no tester enters a result', 'qc.phenotype.start', ('person.role', 'act.producer', 'person.unqualified'))
def not_a_tester(p):
    p.wait('70m')
    p.caught(p.at('QC1S').work(None, 'OP1').scan('X:STEP-QC-ENDOTOXIN-RESULT'), 'person.role')


@not_a_tester.honest
def _(p):
    p.wait('70m')
    p.at('QC1S').work('qc.endotoxin.result', 'QC1').scans('X:OPT-VALID')


# ---- afterwards ----


@row('growth in the product, three days after it was infused', 'administration', 'option.hold', batches=2)
def late_positive(p):
    p.caught(growth(p), 'option.hold', 'hold')


@late_positive.honest
def _(p):
    p.quiet(growth(p, 'none'))


@row('the bottle is read before anything can have grown', 'administration', 'time.impossible')
def read_early(p):
    p.wait('1h')
    p.caught(p.at('QC1S').work(None, 'QC1').scan('X:STEP-LATE-R3'), 'time.impossible')


@read_early.honest
def _(p):
    p.quiet(growth(p, 'none'))


@row('completed while results are still growing', 'administration', ('decision.open-steps', 'step.order', 'decision.containers'))
def completed_early(p):
    p.caught(p.at('QA1').act('QM', 'complete', fields={'pending': 'none'}), 'decision.open-steps')


@completed_early.honest
def _(p):
    p.quiet(growth(p, 'none'))


@row('work on a batch that was stopped', 'd3.entry.plates', 'batch.stopped')
def stopped_batch(p):
    p.quiet(p.at('QA1').act('QM', 'stop', fields={'cause': 'consent', 'notice': 'N-26-1'}))
    p.caught(p.at('B21').work(None, 'OP1', 'OP2').scan('X:STEP-D3-OUT'), 'batch.stopped')


@stopped_batch.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('F1')


@row('manufacturing stops a batch by itself', 'd3.entry.plates', ('person.role', 'act.producer', 'act.new-role'))
def maker_stops(p):
    p.caught(p.at('QA1').act('MM', 'stop', fields={'cause': 'consent'}), 'person.role')


@maker_stops.honest
def _(p):
    p.quiet(p.at('QA1').act('QM', 'stop', fields={'cause': 'consent', 'notice': 'N-26-1'}))


# ---- holds ----


@row('who made it lifts the hold', 'arrival', ('record.role', 'act.producer'))
def lifts_own_hold(p):
    p.at('RC1').work('transport-temperature', 'OP1').scans('E:LOG-01').scan('X:OPT-GAP')
    hold = p.batch_now()['holds'][0]['hold']
    assess(p, p.found('hold.placed')['body']['dev'])
    p.caught(p.at('QA1').record('MM', 'hold.lifted', batch=p.batch, hold=hold, reason='急ぎ hurry'), 'record.role')


@lifts_own_hold.honest
def _(p):
    p.at('RC1').work('transport-temperature', 'OP1').scans('E:LOG-01').scan('X:OPT-GAP')
    hold = p.batch_now()['holds'][0]['hold']
    assess(p, p.found('hold.placed')['body']['dev'])
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='記録計の製造者が読み出した read by its maker'))


@row('a tester lifts the hold that the own reading placed', 'qc.gram.start', ('record.role', 'act.caused'))
def tester_lifts(p):
    p.wait('25m')
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID').scan('X:OPT-POSITIVE')
    hold = p.batch_now()['holds'][0]['hold']
    assess(p, p.found('hold.placed')['body']['dev'])
    p.caught(p.at('QA1').record('QC1', 'hold.lifted', batch=p.batch, hold=hold, reason='汚染 contaminated here'), 'record.role')


@tester_lifts.honest
def _(p):
    p.wait('25m')
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID').scan('X:OPT-POSITIVE')
    hold = p.batch_now()['holds'][0]['hold']
    assess(p, p.found('hold.placed')['body']['dev'])
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='再検で陰性 negative again'))


# ---- what comes after the decision ----


@row('a certificate rewritten: the volume is corrected after the decision', 'decision', 'release.corrected.patch')
def rewritten(p):
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    p.quiet(b2.correct('OP1', 'OP2', 'd14.fill', 'volume', '100.5'), 'decision.confirm-again')
    p.due('release.suspended', cause='release.corrected')


@rewritten.honest
def _(p):
    p.quiet(p.at('QA1').act('QM', 'certificate', fields={'certificate': 'D:CERT-77', 'content': 'same'}))


@row('a bad result after the decision leaves the release standing', 'decision', ('release.result', 'release.corrected.patch'))
def bad_result_after(p):
    p.wait('45h')
    p.at('QC1S').work('d11.env.read', 'QC1').scans('EP5').typed('=7')
    p.due('release.suspended', cause='release.result')


@bad_result_after.honest
def _(p):
    p.wait('45h')
    p.at('QC1S').work('d11.env.read', 'QC1').scans('EP5', '=0')


@row('shipped although the release was taken back', 'certificate', 'decision.suspended')
def shipped_suspended(p):
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    b2.correct('OP1', 'OP2', 'd14.fill', 'volume', '100.5')
    b2.leave('OP1', 'OP2')
    p.caught(p.at('SH1').work(None, 'OP2', 'OP1').scan('X:STEP-SHIP-CHECK'), 'decision.suspended')


@shipped_suspended.honest
def _(p):
    p.at('SH1').work('ship-check', 'OP2', 'OP1').scans('FP1')


# ---- a test is what was tested ----


@row('a result that does not please is measured again', 'qc.endotoxin.result', 'result.rerun')
def measured_again(p):
    p.caught(p.at('QC1S').work(None, 'QC1').scan('X:STEP-QC-ENDOTOXIN-RERUN'), 'result.rerun')


@measured_again.honest
def _(p):
    p.wait('10m')
    p.at('QC1S').work('qc.phenotype.result', 'QC1').scans('X:OPT-VALID', '=85.20 %')


@row('a result is changed after it was judged, and the report goes on', 'judgement', 'result.judge-again')
def changed_after_judgement(p):
    p.quiet(p.at('QC1S').work(None, 'QC1', 'QC3').correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.31'), 'result.judge-again', 'correction.instead')
    p.caught(p.at('QA1').act('MM', 'report', fields={'review': 'reviewed'}), 'result.judge-again')


@changed_after_judgement.honest
def _(p):
    p.quiet(p.at('QA1').act('MM', 'report', fields={'review': 'reviewed'}))


@row('who placed a hold lifts it', 'd3.entry.plates', ('right.nobody', 'act.caused'))
def lifts_what_he_placed(p):
    qa = p.at('QA1')
    p.quiet(qa.record('QM', 'hold.placed', batch=p.batch, reason='匂い a smell'))
    p.caught(qa.record('QM', 'hold.lifted', batch=p.batch, hold=p.batch_now()['holds'][-1]['hold'], reason='問題なし fine'), 'right.nobody')


@lifts_what_he_placed.honest
def _(p):
    p.quiet(p.at('QA1').record('OP1', 'hold.placed', batch=p.batch, reason='匂い a smell'))
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=p.batch_now()['holds'][-1]['hold'], reason='問題なし fine'))


# ---- the clinic is told, and tells ----


@row("somebody of the facility acknowledges in the clinic's name", 'administration', 'record.role', batches=2)
def acknowledges_for_them(p):
    growth(p)
    p.caught(p.at('QA1').record('QM', 'clinic.warned', batch=p.batch), 'record.role')


@acknowledges_for_them.honest
def _(p):
    growth(p)
    p.begun = p.status()['size']
    p.quiet(p.at('CL1').record('N1', 'clinic.warned', batch=p.batch))


def exposed(p):
    """The plates had more than was written down: found when all is over; assessed and closed."""
    qc = p.at('QC1S').sign_in('QC1', 'QC3')
    qc.correct('QC1', 'QC3', 'd14.env.read', 'settle-cfu', '3')
    for dev in [d['dev'] for d in p.batch_now()['deviations'] if not d.get('closed')]:
        assess(p, dev)
        p.quiet(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='調査済み looked into'))


@row('the batch is closed before the clinic knows', 'supplement', 'clinic.not-warned')
def closed_unwarned(p):
    exposed(p)
    p.caught(p.at('QA1').act('QM', 'complete', fields={'pending': 'none'}), 'clinic.not-warned')


@closed_unwarned.honest
def _(p):
    exposed(p)
    p.quiet(p.at('CL1').record('N1', 'clinic.warned', batch=p.batch))
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').act('QM', 'complete', fields={'pending': 'none'}))


@row('shipped although consent was withdrawn', 'certificate', ('decision.suspended', 'decision.hold'))
def shipped_without_consent(p):
    p.quiet(p.at('CL1').record('N1', 'consent.withdrawn', batch=p.batch, at=p.then('-10m')))
    p.caught(p.at('SH1').work(None, 'OP2', 'OP1').scan('X:STEP-SHIP-CHECK'), 'decision.hold')


@shipped_without_consent.honest
def _(p):
    p.at('SH1').work('ship-check', 'OP2', 'OP1').scans('FP1')


@row("an operator withdraws the patient's consent", 'd3.entry.plates', 'record.role')
def withdrawn_by_others(p):
    p.caught(p.at('QA1').record('OP1', 'consent.withdrawn', batch=p.batch, at=p.then('-10m')), 'record.role')


@withdrawn_by_others.honest
def _(p):
    p.quiet(p.at('QA1').record('OP1', 'information.received', batch=p.batch, about='other', reason='患者が迷っている the patient wavers'))


@row('an illness after the infusion is taken note of, and no more', 'd6.pass.in', 'information.illness')
def illness_noted(p):
    p.caught(p.at('CL1').record('N1', 'information.received', batch=p.batch, about='illness', reason='敗血症の疑い sepsis?'),
             'information.illness', 'deviation')


@illness_noted.honest
def _(p):
    p.quiet(p.at('CL1').record('N1', 'information.received', batch=p.batch, about='other', reason='電話番号変更 another telephone number'))


# ---- evidence ----


def contaminated(p):
    """Rejected; everything that was in it is evidence."""
    p.wait('70m')
    p.at('QA1').act('QM', 'reject', fields={'cause': 'contamination'})
    return next(h['hold'] for h in p.batch_now()['holds'])


@row('the flask that grew something goes into the autoclave', 'd0.closing.countersign', 'exposure.evidence')
def evidence_gone(p):
    contaminated(p)
    p.caught(p.at('B21').work('disposal', 'OP1', 'OP2').scan('F1'), 'exposure.evidence')


@evidence_gone.honest
def _(p):
    hold = contaminated(p)
    assess(p, p.found('hold.placed', hold=hold)['body']['dev'])
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='調査済み looked into'))
    p.begun = p.status()['size']
    p.at('B21').work('disposal', 'OP1', 'OP2').scans('F1')
