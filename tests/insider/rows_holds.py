"""Papers and seals that exist once, what comes behind a decision, and holds that are lifted too soon."""
from bench import code, row
from rows_clinic import identity
from rows_deviation import assess
from rows_quality import REVIEWED, decide, growth

SHA = ('A' * 43, 'E' * 42 + 'A')


def serial(p, batch=None):
    return (batch or p.batch).split('-')[1]


# ---- papers and seals that exist once ----


def kit(p, batch, labels, logger, box, seal=None):
    """The draw kit of a batch, up to its box, or with its seal."""
    st = p.at('ST1').work('kit', 'OP2', batch=batch).scans('L:HEP-2601', *(f'{labels}T{n}' for n in range(1, 6)), logger, box)
    return st.scans(seal) if seal else st


@row("one seal's number on two patients' kits", 'instruction', 'document.used', batches=2)
def one_seal(p):
    kit(p, p.other, 'other:', 'E:LOG-02', 'E:BOX-02', f'D:SEAL-{serial(p)}-1')
    p.caught(kit(p, p.batch, '', 'E:LOG-01', 'E:BOX-01').scan(f'D:SEAL-{serial(p).replace("0", "O")}-1'), 'document.used')


@one_seal.honest
def _(p):
    kit(p, p.other, 'other:', 'E:LOG-02', 'E:BOX-02', f'D:SEAL-{serial(p, p.other)}-1')
    kit(p, p.batch, '', 'E:LOG-01', 'E:BOX-01', f'D:SEAL-{serial(p)}-1')


@row("one logger in two patients' boxes", 'instruction', 'place.other-donor', batches=2)
def one_logger(p):
    kit(p, p.other, 'other:', 'E:LOG-02', 'E:BOX-02', f'D:SEAL-{serial(p, p.other)}-1')
    st = p.at('ST1').work('kit', 'OP2').scans('L:HEP-2601', *(f'T{n}' for n in range(1, 6)))
    p.caught(st.scan('E:LOG-02'), 'place.other-donor')


@one_logger.honest
def _(p):
    kit(p, p.other, 'other:', 'E:LOG-02', 'E:BOX-02', f'D:SEAL-{serial(p, p.other)}-1')
    kit(p, p.batch, '', 'E:LOG-01', 'E:BOX-01')


@row("the certificate bears another paper's number", 'decision', 'document.used')
def number_of_another_paper(p):
    form = 'D:' + p.recorded('receipt-items', 'form')
    p.caught(p.at('QA1').act('QM', 'certificate', fields={'certificate': form, 'content': 'same'}), 'document.used')


@number_of_another_paper.honest
def _(p):
    p.quiet(p.at('QA1').act('QM', 'certificate', fields={'certificate': 'D:CERT-77', 'content': 'same'}))


def calibrated(p, equipment, document, sha256=SHA[0], **more):
    p.at('QA1').sign_in(*({'QM'} - set(p.at('QA1').people())))
    return p.at('QA1').record('MM', 'equipment.changed', equipment=equipment, calibrated=p.day(180), reason='校正 done', witness=code('P', 'QM'),
                              document=document, sha256=sha256, **more)


@row("one instrument's certificate for another one", None, 'document.stands')
def one_certificate(p):
    p.quiet(calibrated(p, 'CF-09', 'C-70'))
    p.caught(calibrated(p, 'CF-02', 'c-7O'), 'document.stands')


@one_certificate.honest
def _(p):
    p.quiet(calibrated(p, 'CF-09', 'C-70'))
    p.quiet(calibrated(p, 'CF-02', 'C-71', SHA[1]))
    p.quiet(calibrated(p, 'LOG-01', 'C-72', SHA[0][:42] + 'Q', covers=['LOG-01', 'LOG-02']))
    p.quiet(calibrated(p, 'LOG-02', 'C-72', SHA[0][:42] + 'Q', covers=['LOG-01', 'LOG-02'])) # one paper of two loggers


def received(p, lot, maker_lot):
    first = p.at('QA1').ask('GET', '/v1/log?stream=lot/IL2-2601&kind=lot.received')['entries'][0]['body']
    body = {k: first[k] for k in ('maker', 'gtin', 'expiry', 'material')} | {'units': 10, 'maker_lot': maker_lot}
    return p.at('QA1').record('MM', 'lot.received', lot=lot, document='COA-7', sha256=SHA[1], **body)


@row("one certificate of analysis for two makers' lots", None, 'document.stands')
def one_analysis(p):
    p.quiet(received(p, 'IL2-2602', 'E0998'))
    p.caught(received(p, 'IL2-2603', 'E0999'), 'document.stands')


@one_analysis.honest
def _(p):
    p.quiet(received(p, 'IL2-2602', 'E0998'))
    p.quiet(received(p, 'IL2-2603', 'E0998')) # the rest of the same delivery


# ---- behind the confirmation, and behind the decision ----


def corrected(p, value='100.5'):
    """A value of the harvest, before two who were there."""
    b2 = p.at('B21').work(None, 'OP1', 'OP2')
    b2.correct('OP1', 'OP2', 'd14.fill', 'volume', value)
    p.must(p.found('correction'), 'not corrected')
    b2.leave('OP1', 'OP2')


def confirmed_again(p):
    p.wait('30m')
    return p.at('QA1').act('QM', 'confirmation', fields=REVIEWED)


def decided_again(p):
    corrected(p)
    p.quiet(confirmed_again(p))
    p.quiet(decide(p))


@row('a value is corrected behind the confirmation, and it is decided', 'confirmation', 'decision.confirm-again')
def corrected_behind(p):
    corrected(p)
    p.caught(decide(p), 'decision.confirm-again')


@corrected_behind.honest
def _(p):
    corrected(p)
    p.quiet(confirmed_again(p))
    p.quiet(decide(p))


@row('packed with the certificate of the decision before', 'certificate', 'decision.certificate')
def older_certificate(p):
    decided_again(p)
    p.caught(p.at('SH1').work(None, 'OP2', 'OP1').scan('X:STEP-SHIP-CHECK'), 'decision.certificate')


@older_certificate.honest
def _(p):
    decided_again(p)
    p.quiet(p.at('QA1').act('QM', 'certificate', fields={'certificate': 'D:CERT-78', 'content': 'same'}))
    p.begun = p.status()['size']
    p.at('SH1').work('ship-check', 'OP2', 'OP1').scans('W:RF-03-Q1', 'FP1', 'D:CERT-78')


@row("infused by the physician's go on the certificate before", 'physician-go', 'decision.certificate')
def older_go(p):
    decided_again(p)
    if p.mode != 'off':
        p.quiet(p.at('QA1').act('QM', 'certificate', fields={'certificate': 'D:CERT-78', 'content': 'same'}))
    p.caught(p.at('CL1').act('N1', 'bedside', fields=identity(p)), 'decision.certificate')


@older_go.honest
def _(p):
    decided_again(p)
    p.quiet(p.at('QA1').act('QM', 'certificate', fields={'certificate': 'D:CERT-78', 'content': 'same'}))
    p.begun = p.status()['size']
    p.quiet(p.at('CL1').act('DR', 'physician-go', fields={'certificate': 'D:CERT-78', 'overview': 'agrees'}))
    p.quiet(p.at('CL1').act('N1', 'bedside', fields=identity(p)))


# ---- what is to be judged stays readable ----


def erased(p, **more):
    p.quiet(p.at('QA1').record('OP1', 'deviation.opened', batch=p.batch, hold=False, reason='佐藤さんが落とした Mr Sato dropped it'))
    entry = p.found('deviation.opened')
    p.at('QA1').sign_in('QM')
    p.begun = p.status()['size']
    return p.at('QA1').record('QC1', 'redacted', idx=entry['idx'], names=['reason'], reason='氏名 a name', witness=code('P', 'QM'), **more)


@row('the words of a deviation are erased before anybody has judged it', 'd3.entry.plates', 'redaction.open')
def words_erased(p):
    p.caught(erased(p), 'redaction.open')


@words_erased.honest
def _(p):
    p.quiet(erased(p, instead='作業者が落とした an operator dropped it'))


# ---- holds ----


def another_patient(p):
    p.at('CL1').act('N1', 'identify', fields=identity(p, name='スズキ ハナコ'))
    return p.found('hold.placed', cause='ident.patient')['body']['hold']


@row('quality alone clears who the patient is', 'draw-go', 'ident.cleared', batches=2)
def cleared_alone(p):
    p.caught(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=another_patient(p), reason='聞き違い misheard'), 'right.second')


@cleared_alone.honest
def _(p):
    hold = another_patient(p)
    p.at('QA1').sign_in('MM')
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='聞き違い misheard', witness=code('P', 'MM'),
                               document='DR-12', sha256=SHA[0]), 'ident.cleared')
    p.begun = p.status()['size']
    dev = p.batch_now()['deviations'][-1]['dev']
    p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='調べた looked into'))
    p.quiet(p.at('QA1').record('FM', 'deviation.confirmed', batch=p.batch, dev=dev))


@row('growth: the hold is lifted before anybody has judged it', 'administration', 'hold.unjudged', batches=2)
def lifted_unjudged(p):
    growth(p)
    hold = p.found('hold.placed', cause='option.hold')['body']['hold']
    p.caught(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='汚染 contaminated here'), 'hold.unjudged')


@lifted_unjudged.honest
def _(p):
    growth(p)
    held = p.found('hold.placed', cause='option.hold')['body']
    p.begun = p.status()['size']
    assess(p, held['dev'], grade='major')
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=held['hold'], reason='汚染 contaminated here'))


# ---- by one alone ----


@row('a hundred units are gone, and the store closes the lot', None, 'right.second')
def gone_units(p):
    p.caught(p.at('QA1').record('MM', 'lot.closed', lot='IL2-2601', discarded=2900, missing=100, reason='不明 unknown'), 'right.second')


@gone_units.honest
def _(p):
    p.at('QA1').sign_in('QC1')
    p.quiet(p.at('QA1').record('MM', 'lot.closed', lot='IL2-2601', discarded=2900, missing=100, reason='不明 unknown',
                               witness=code('P', 'QC1')))


@row('a harvest is planned for days that are over', 'second-reading', 'date.order')
def harvest_over(p):
    p.caught(planned(p, -30, -20), 'date.order')


def planned(p, first, last):
    fields = {'cabinet': 'E:BSC-02', 'incubator': 'E:INC-03', 'operators': ['P:OP1', 'P:OP2'], 'harvest-from': p.day(first), 'harvest-until': p.day(last)}
    return p.at('QA1').act('MM', 'instruction', fields=fields)


@harvest_over.honest
def _(p):
    p.quiet(planned(p, 24, 30))
