"""Results: what is said of one afterwards; who is there when two act; what was seen before a reason was chosen."""
from bench import code, row, sha256_id

PASSES = dict.fromkeys(('viability', 'gram', 'endotoxin', 'mycoplasma', 'phenotype', 'start-sterility'), 'pass')


def measured(p, value, controls='X:OPT-VALID'):
    """The endotoxin test of the product, a second tester beside."""
    p.wait('70m')
    qc = p.at('QC1S').work('qc.endotoxin.result', 'QC1', 'QC3').scans(controls)
    qc.typed(value)
    return qc


def newest(p):
    return p.batch_now()['deviations'][-1]['dev']


def raw_data(p):
    return {'document': 'RAW-26-118', 'sha256': sha256_id(b'the reader\'s own file')}


# ---- turned afterwards ----


@row('a result out of specification is corrected until it conforms', 'qc.phenotype.start', 'result.corrected')
def corrected_to_conform(p):
    qc = measured(p, '=6.20 EU/mL')
    p.caught(qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.15'), 'result.corrected', 'hold')


@corrected_to_conform.honest
def _(p):
    qc = measured(p, '=0.15 EU/mL')
    p.quiet(qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.16'))


@row('a positive Gram stain is corrected to negative', 'qc.gram.start', 'result.corrected')
def gram_corrected(p):
    p.wait('25m')
    qc = p.at('QC1S').work('qc.gram.result', 'QC1', 'QC3').scans('X:OPT-VALID')
    qc.scan('X:OPT-POSITIVE')
    p.caught(qc.correct('QC1', 'QC3', 'qc.gram.result', 'finding', 'negative'), 'result.corrected', 'hold')


@gram_corrected.honest
def _(p):
    p.wait('25m')
    p.at('QC1S').work('qc.gram.result', 'QC1', 'QC3').scans('X:OPT-VALID', 'X:OPT-NEGATIVE')


@row("manufacturing corrects the own count until quality's agrees with it", 'qc.gram.start', 'result.corrected')
def count_corrected(p):
    qc = p.at('QC1S').work(None, 'QC1', 'QC3')
    live = float(p.recorded('d14.count.cells', 'live-1'))
    qc.correct('QC1', 'QC3', 'qc.count', 'live', f'{0.72 * live:.3f}')
    p.must(p.found('deviation.opened', field='agreement'), 'the counts agree')
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    p.caught(b2.correct('OP1', 'OP2', 'd14.count.cells', 'live-1', f'{0.6 * live:.3f}'), 'result.corrected', 'hold')


@count_corrected.honest
def _(p):
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    p.quiet(b2.correct('OP1', 'OP2', 'd14.fill', 'volume', '100.5'))


@row('judged to conform over a result that does not', 'qc.mycoplasma.result', 'result.fails')
def pass_over_fail(p):
    qc = p.at('QC1S').work(None, 'QC1', 'QC3')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '6.20')
    p.caught(p.at('QA1').act('QM', 'judgement', fields=PASSES), 'result.fails')


@pass_over_fail.honest
def _(p):
    p.quiet(p.at('QA1').act('QM', 'judgement', fields=PASSES))


@row('judged to conform on a correction that nobody of quality has judged', 'qc.mycoplasma.result', 'result.unsettled')
def judged_unsettled(p):
    qc = p.at('QC1S').work(None, 'QC1', 'QC3')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '6.20')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.15')
    p.caught(p.at('QA1').act('QM', 'judgement', fields=PASSES), 'result.unsettled')


@judged_unsettled.honest
def _(p):
    p.quiet(p.at('QA1').act('QM', 'judgement', fields=PASSES))


@row('a turned result is judged, and nobody has looked at the raw data', 'qc.phenotype.start', 'deviation.raw-data')
def judged_blindly(p):
    qc = measured(p, '=6.20 EU/mL')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.15')
    p.caught(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=newest(p), grade='minor', reason='読み誤り misread'),
             'deviation.raw-data')


@judged_blindly.honest
def _(p):
    qc = measured(p, '=6.20 EU/mL')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.15')
    p.begun = p.status()['size']
    qa = p.at('QA1')
    p.quiet(qa.record('QC2', 'deviation.assessed', batch=p.batch, dev=newest(p), grade='minor', reason='読み誤り misread', **raw_data(p)))
    p.quiet(qa.record('QM', 'deviation.confirmed', batch=p.batch, dev=newest(p)))


@row('who saw the correction judges it', 'qc.phenotype.start', 'act.caused')
def judged_by_its_witness(p):
    qc = measured(p, '=6.20 EU/mL')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.15')
    p.caught(p.at('QA1').record('QC3', 'deviation.assessed', batch=p.batch, dev=newest(p), grade='minor', reason='読み誤り misread',
                                **raw_data(p)), 'act.caused')


@judged_by_its_witness.honest
def _(p):
    qc = measured(p, '=6.20 EU/mL')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'value', '0.15')
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=newest(p), grade='minor', reason='読み誤り misread',
                               **raw_data(p)))


# ---- runs ----


@row('the controls of a run that did not please are said to have failed afterwards', 'qc.phenotype.start', 'result.void-after')
def made_void(p):
    qc = measured(p, '=6.20 EU/mL')
    answer = qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'controls', 'invalid')
    p.caught(answer, 'result.void-after', 'hold')


@made_void.honest
def _(p):
    p.wait('70m')
    qc = p.at('QC1S').work('qc.endotoxin.result', 'QC1', 'QC3')
    qc.scan('X:OPT-INVALID') # seen first, and told: a deviation, as it is
    p.begun = p.status()['size']
    qc.scans('=0.15 EU/mL')
    p.wait('65m')
    qc.scans('P:QC1', 'X:STEP-QC-ENDOTOXIN-RERUN', 'X:OPT-CONTROLS-FAILED', 'X:OPT-VALID', '=0.15 EU/mL')


@row('the value first, then its controls failed', 'qc.phenotype.start', 'result.void-after')
def void_behind_the_value(p):
    p.wait('70m')
    qc = p.at('QC1S').work('qc.endotoxin.result', 'QC1', 'QC3')
    qc.typed('=6.20 EU/mL')
    p.caught(qc.scan('X:OPT-INVALID'), 'result.void-after', 'hold')


@void_behind_the_value.honest
def _(p):
    p.wait('70m')
    p.at('QC1S').work('qc.endotoxin.result', 'QC1', 'QC3').scans('=0.15 EU/mL', 'X:OPT-VALID')


@row('run again on controls that were said to have failed afterwards', 'qc.phenotype.start', 'result.unsettled')
def rerun_on_void(p):
    qc = measured(p, '=6.20 EU/mL')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'controls', 'invalid')
    p.wait('1m')
    p.caught(qc.scan('X:STEP-QC-ENDOTOXIN-RERUN'), 'result.unsettled')


@rerun_on_void.honest
def _(p):
    qc = measured(p, '=6.20 EU/mL')
    qc.correct('QC1', 'QC3', 'qc.endotoxin.result', 'controls', 'invalid')
    p.begun = p.status()['size']
    qa = p.at('QA1')
    p.quiet(qa.record('QC2', 'deviation.assessed', batch=p.batch, dev=newest(p), grade='minor', reason='対照の記録を確認 controls seen',
                      **raw_data(p)))
    p.quiet(qa.record('QM', 'deviation.confirmed', batch=p.batch, dev=newest(p)))
    p.wait('65m')
    p.at('QC1S').work(None, 'QC1').scans('X:STEP-QC-ENDOTOXIN-RERUN')


# ---- the second person ----


def labelled(p):
    """The final label is on the bag; both are still signed in, and nobody has given a PIN since."""
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    p.wait('20m')
    return b2, {'batch': p.batch, 'container': p.batch + '-FP1', 'reason': '汚れた stained', 'witness': code('P', 'OP2')}


@row('the final label is printed again, and the second person is a name in the request', 'd14.label-on', 'witness.unconfirmed')
def label_of_one(p):
    b2, body = labelled(p)
    p.caught(b2.named('OP1', 'label.reprinted', **body), 'witness.unconfirmed')


@label_of_one.honest
def _(p):
    b2, body = labelled(p)
    b2.sign_in('OP2')
    p.quiet(b2.named('OP1', 'label.reprinted', **body))


@row('a colleague who is at lunch has seen the correction', 'd14.label-on', 'witness.unconfirmed')
def seen_from_lunch(p):
    b2, body = labelled(p)
    p.caught(b2.named('OP1', 'correction', batch=p.batch, step='d14.fill', field='volume', value='100.5', reason='読み誤り misread',
                      witness=body['witness']), 'witness.unconfirmed')


@seen_from_lunch.honest
def _(p):
    b2, _ = labelled(p)
    p.quiet(b2.correct('OP1', 'OP2', 'd14.fill', 'volume', '100.5'))


@row("a role is given, and the quality manager's session is all that saw it", None, 'witness.unconfirmed')
def role_by_session(p):
    qa = p.at('QA1').sign_in('QM')
    p.wait('20m')
    p.caught(qa.named('FM', 'person.changed', person='OP3', roles=['operator', 'process-manager'], witness=code('P', 'QM')),
             'witness.unconfirmed')


@role_by_session.honest
def _(p):
    qa = p.at('QA1').sign_in('QM')
    p.wait('20m')
    p.quiet(qa.record('FM', 'person.changed', person='OP3', roles=['operator', 'process-manager'], witness=code('P', 'QM')))


# ---- what was seen, and the reason that is given ----


def stopped(p):
    """For the patient's sake, as it is said."""
    return p.at('QA1').act('QM', 'stop', fields={'cause': 'patient', 'notice': 'N-26-1'})


@row("a cloudy flask, and the batch is stopped for the patient's sake", 'd3.entry.plates', 'exposure.suspected')
def stopped_cloudy(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('F1').scan('X:OPT-TURBID')
    p.caught(stopped(p), 'exposure.suspected', 'hold')


@stopped_cloudy.honest
def _(p):
    p.at('B21').work('d3.out', 'OP1', 'OP2').scans('F1', 'X:OPT-NORMAL')
    p.quiet(stopped(p))


# ---- as long as the method takes ----


@row('an endotoxin result five minutes after its start', 'qc.phenotype.start', 'time.early')
def result_at_once(p):
    p.wait('5m')
    p.caught(p.at('QC1S').work(None, 'QC1').scan('X:STEP-QC-ENDOTOXIN-RESULT', 'X:OPT-VALID'), 'time.early', 'deviation')


@result_at_once.honest
def _(p):
    measured(p, '=0.15 EU/mL')
