"""Results: what is said of one afterwards; who is there when two act; what was seen before a reason was chosen."""
from bench import row, sha256_id

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
    p.wait('1m')
    qc.scans('X:STEP-QC-ENDOTOXIN-RERUN', 'X:OPT-CONTROLS-FAILED', 'X:OPT-VALID', '=0.15 EU/mL')


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
    p.at('QC1S').work(None, 'QC1').scans('X:STEP-QC-ENDOTOXIN-RERUN')
