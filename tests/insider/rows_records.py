"""Records: what is registered, corrected, granted, and by whom."""
import atexit
import os
import re
import shutil
import tempfile

from bench import code, row

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@row('a name hidden in a member that does not exist', None, 'record.unknown-member')
def hidden_name(p):
    answer = p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='濁り turbid', **{'patient-name': '高﨑 花子'})
    p.caught(answer, 'record.unknown-member')


@hidden_name.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='濁り turbid'))


@row('an operator gives himself a role', None, 'record.role')
def own_role(p):
    answer = p.at('QA1').record('OP1', 'person.changed', person='OP1', dept='manufacturing', roles=['production-manager'],
                                reason='昇格 promoted')
    p.caught(answer, 'record.role')


@own_role.honest
def _(p):
    p.quiet(p.at('QA1').record('OP1', 'lot.blocked', lot='BM-2601', reason='濁り turbid'))


@row('manufacturing judges the lot that it needs', None, 'record.role')
def releases_own_lot(p):
    p.caught(p.at('QA1').record('MM', 'lot.released', lot='IL2-2609'), 'record.role')


@releases_own_lot.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'lot.released', lot='IL2-2609'))


@row('the operator opens the room again', None, 'record.role')
def opens_room(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', room='B2', cause='処置基準超過 action limit'))
    p.caught(p.at('QA1').record('OP1', 'room.reopened', room='B2', reason='清掃した cleaned', result='0 CFU'), 'record.role')


@opens_room.honest
def _(p):
    p.quiet(p.at('QA1').record('OP1', 'lot.blocked', lot='BM-2601', reason='濁り turbid'))


@row('the clinic enrols a person', None, 'record.role')
def clinic_enrols(p):
    answer = p.at('CL1').record('DR', 'person.changed', person='N1', dept='clinic', roles=['physician'], reason='代診 stands in')
    p.caught(answer, 'record.role')


@clinic_enrols.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='濁り turbid'))


@row('a correction that the corrector witnesses', 'tubes', 'witness.same.patch')
def corrects_alone(p):
    cl = p.at('CL1').work('draw', 'N1').scans('=45 mL')
    p.caught(cl.correct('N1', 'N1', 'draw', 'volume', '44.0'), 'witness.same')


@corrects_alone.honest
def _(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.quiet(cl.correct('N1', 'N2', 'draw', 'volume', '44.0'))


@row('a correction witnessed from home', 'tubes', 'witness.absent.patch')
def absent_corrector(p):
    cl = p.at('CL1').work('draw', 'N1').scans('=45 mL')
    p.caught(cl.correct('N1', 'N2', 'draw', 'volume', '44.0'), 'witness.absent')


@absent_corrector.honest
def _(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.quiet(cl.correct('N1', 'N2', 'draw', 'volume', '44.0'))


@row('a correction witnessed by one who came when it was over', 'd0.opening.fitness', 'correction.not-there')
def corrected_behind_their_backs(p):
    b2 = p.at('B21').work('d0.opening.room', 'OP1', 'OP2').scans('=15.0 Pa')
    p.wait('2m')
    b2.sign_in('OP3')
    p.caught(b2.correct('OP1', 'OP3', 'd0.opening.room', 'pressure', '16.0'), 'correction.not-there')


@corrected_behind_their_backs.honest
def _(p):
    b2 = p.at('B21').work('d0.opening.room', 'OP1', 'OP2').scans('=15.0 Pa')
    p.wait('2m')
    p.quiet(b2.correct('OP1', 'OP2', 'd0.opening.room', 'pressure', '16.0'))


@row('a correction into a value beyond the limit', 'tubes', 'value.action')
def corrected_beyond(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.caught(cl.correct('N1', 'N2', 'draw', 'volume', '27.0'), 'value.action', 'deviation')


@corrected_beyond.honest
def _(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.quiet(cl.correct('N1', 'N2', 'draw', 'volume', '44.0'))


@row('corrected from another value than was shown', 'tubes', 'act.shown-differs.patch')
def corrected_unseen(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.caught(cl.correct('N1', 'N2', 'draw', 'volume', '44.0', old='43.0'), 'act.shown-differs')


@corrected_unseen.honest
def _(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.quiet(cl.correct('N1', 'N2', 'draw', 'volume', '44.0', old=p.recorded('draw', 'volume')))


@row('quality corrects a value of manufacturing', 'tubes', ('person.role', 'act.producer'))
def corrected_by_others(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.caught(cl.correct('QC1', 'N2', 'draw', 'volume', '44.0'), 'person.role')


@corrected_by_others.honest
def _(p):
    cl = p.at('CL1').work('draw', 'N1', 'N2').scans('=45 mL')
    p.quiet(cl.correct('N1', 'N2', 'draw', 'volume', '44.0'))


@row('`late` is spelt `Late`, and recorded as of now', 'tubes', 'request.field.patch')
def misspelt(p):
    """Refused before it is judged: a member that does not exist is not read as if it were not there."""
    answer = p.at('CL1').work('draw', 'N1').send('/v1/scans', raw='45 mL', Late=p.late('-40m'))
    p.caught(answer, 'request.field', 400)


@misspelt.honest
def _(p):
    p.at('CL1').work('draw', 'N1').scans('=45 mL')


@row("the patient's number is corrected after the draw", 'draw', ('ident.frozen', 'ident.physician', 'ident.corrected'))
def number_corrected(p):
    cl = p.at('CL1').sign_in('CO')
    p.caught(cl.correct('DR', 'CO', 'order', 'patient', 'P000999'), 'ident.frozen')


@number_corrected.honest
def _(p):
    cl = p.at('CL1').sign_in('CO')
    p.quiet(cl.correct('DR', 'CO', 'order', 'dose', '2'))


# ---- who may: the table of rights ----


def later(p, who, **body):
    return p.at('QA1').record(who, 'person.changed', reason='依頼 asked for', **body)


@row('a tester changes the roles of the one who answers for making', None, 'record.role')
def tester_changes_roles(p):
    p.caught(later(p, 'QC1', person='MM', dept='manufacturing', roles=['production-manager', 'operator']), 'record.role')


@tester_changes_roles.honest
def _(p):
    p.at('QA1').sign_in('QM')
    p.quiet(later(p, 'FM', person='OP3', roles=['operator', 'process-manager'], witness=p.raw('P:QM')))


@row('the facility manager alone makes a new quality manager', None, ('right.second', 'right.document'))
def manager_alone(p):
    p.caught(later(p, 'FM', person='QC2', roles=['tester', 'quality-manager']), 'right.second')


@manager_alone.honest
def _(p):
    p.at('QA1').sign_in('QM')
    p.quiet(later(p, 'FM', person='QC2', roles=['tester', 'deputy-quality-manager'], witness=p.raw('P:QM'), document='任命書 7',
                  sha256='A' * 43))


@row('somebody gives himself a qualification', None, 'right.barred')
def own_qualification(p):
    p.caught(later(p, 'QM', person='QM', qualified=[{'name': 'aseptic', 'until': p.day(90)}]), 'right.barred')


@own_qualification.honest
def _(p):
    p.at('QA1').sign_in('FM')
    p.quiet(later(p, 'QM', person='OP3', qualified=[{'name': 'aseptic', 'until': p.day(90)}], witness=p.raw('P:FM'),
                  document='教育訓練記録 7', sha256='A' * 43))


@row('the operator puts equipment back into service', None, 'record.role')
def back_into_service(p):
    p.caught(p.at('QA1').record('OP1', 'equipment.changed', equipment='HB-09', in_service=True, reason='修理 mended'), 'record.role')


@back_into_service.honest
def _(p):
    p.at('QA1').sign_in('QM')
    p.quiet(p.at('QA1').record('MM', 'equipment.changed', equipment='HB-09', in_service=True, reason='修理 mended',
                               witness=p.raw('P:QM'), document='S-7', sha256='A' * 43))


@row('the operator sets the calibration to 2099', None, ('record.role', 'right.interval'))
def calibrated_for_ever(p):
    p.caught(p.at('QA1').record('OP1', 'equipment.changed', equipment='CF-09', calibrated='2099-12-31', reason='校正 done'), 'record.role')


@calibrated_for_ever.honest
def _(p):
    p.at('QA1').sign_in('QM')
    p.quiet(p.at('QA1').record('MM', 'equipment.changed', equipment='CF-09', calibrated=p.day(180), reason='校正 done',
                               witness=p.raw('P:QM'), document='C-7', sha256='A' * 43))


@row('a tester opens the room again', None, 'record.role')
def tester_opens_room(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', room='B2', cause='処置基準超過 action limit'))
    p.caught(p.at('QA1').record('QC1', 'room.reopened', room='B2', reason='清掃した cleaned', result='0 CFU'), 'record.role')


@tester_opens_room.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', room='B2', cause='処置基準超過 action limit'))
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'room.reopened', room='B2', reason='清掃した cleaned', result='0 CFU'))


@row('a second enrolment under the name of a station that lives', None, 'station.lives')
def station_twice(p):
    p.at('QA1').sign_in('QM')
    p.caught(p.at('QA1').record('FM', 'station.enrolled', station='B21', kind='B2', room='B2', token='A' * 43, witness=p.raw('P:QM')),
             'station.lives')


@station_twice.honest
def _(p):
    p.at('QA1').sign_in('QM')
    p.quiet(p.at('QA1').record('FM', 'station.enrolled', station='B29', kind='B2', room='B2', token='A' * 43, witness=p.raw('P:QM')))


@row('a tester revokes the stations', None, 'record.role')
def tester_revokes(p):
    p.caught(p.at('QA1').record('QC1', 'station.revoked', station='B21'), 'record.role')


@tester_revokes.honest
def _(p):
    p.quiet(p.at('QA1').record('FM', 'station.revoked', station='B21'))


@row('the quality manager alone suspends the facility manager', None, 'right.second')
def suspends_alone(p):
    p.caught(later(p, 'QM', person='FM', suspended=True), 'right.second')


@suspends_alone.honest
def _(p):
    p.quiet(later(p, 'QM', person='OP9', suspended=True))


@row('quality locked out from a clinic terminal', None, 'session.wait')
def locked_out_from_afar(p):
    for _ in range(6):
        p.at('CL1').send('/v1/sessions', badge=p.raw('P:QM'), pin='000000')
    p.at('QA1').sign_in('QM')
    p.due('refused', code='session.wait')


@locked_out_from_afar.honest
def _(p):
    p.at('QA1').sign_in('QM')


# ---- lots ----


def received(p, who, maker_lot, **more):
    return p.at('QA1').record(who, 'lot.received', lot='IL2-2701', material='il-2', maker='Sample Cytokines', maker_lot=maker_lot,
                              gtin='02000000010083', expiry=p.day(300), units=10, **more)


@row('an expired lot is received again with a later date', None, ('right.second', 'right.document'))
def received_again(p):
    p.caught(received(p, 'MM', 'E0701'), 'right.second')


@received_again.honest
def _(p):
    p.at('QA1').sign_in('QC1')
    p.quiet(received(p, 'MM', 'E0701', witness=p.raw('P:QC1'), document='延長通知 7', sha256='A' * 43))


def store_keeper(p):
    """OP4 keeps the store, receives a lot, and goes over to quality."""
    p.at('QA1').sign_in('QM')
    p.quiet(later(p, 'FM', person='OP4', roles=['operator', 'store-keeper'], witness=p.raw('P:QM')))
    p.quiet(received(p, 'OP4', 'E0901'))
    p.quiet(later(p, 'FM', person='OP4', dept='quality', roles=['tester'], witness=p.raw('P:QM')))


@row('one person receives a lot and releases it', None, 'right.barred')
def receives_and_releases(p):
    store_keeper(p)
    p.caught(p.at('QA1').record('OP4', 'lot.released', lot='IL2-2701'), 'right.barred')


@receives_and_releases.honest
def _(p):
    store_keeper(p)
    p.quiet(p.at('QA1').record('MM', 'lot.conforming', lot='IL2-2701'))
    p.quiet(p.at('QA1').record('QC1', 'lot.released', lot='IL2-2701'))


BLOCKED = {'room': 'B2', 'cause': '処置基準超過 action limit'}
PERMIT = {'room': 'B2', 'reason': '清掃した cleaned', 'result': '0 個 particles'}


@row('the production manager permits work in the blocked room', 'd3.opening.incubator', 'record.role')
def permits_himself(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', **BLOCKED))
    p.caught(p.at('QA1').record('MM', 'room.conditional', batch=p.batch, **PERMIT), 'record.role')


@permits_himself.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', **BLOCKED))
    p.quiet(p.at('QA1').record('QM', 'room.conditional', batch=p.batch, **PERMIT))
    p.must(p.found('hold.placed', cause='room.conditional'), 'no hold')
    p.begun = p.status()['size']
    p.at('B21').work('d3.entry.cabinet', 'OP1', 'OP2').scans('E:BSC-02')


def permitted(p):
    """One session in the blocked room, on hold; its hold."""
    p.quiet(p.at('QA1').record('QM', 'room.blocked', **BLOCKED))
    p.quiet(p.at('QA1').record('QM', 'room.conditional', batch=p.batch, **PERMIT))
    p.at('B21').work('d3.entry.cabinet', 'OP1', 'OP2').scans('E:BSC-02')
    return p.found('hold.placed', cause='room.conditional')['body']['hold']


@row('who permitted a session without plates says afterwards that it was well', 'd3.opening.incubator',
     ('right.nobody', 'act.caused', 'room.never-read'))
def lifted_by_who_permitted(p):
    hold = permitted(p)
    p.wait('1d')
    p.caught(p.at('QA1').sign_in('FM').record('QM', 'hold.lifted', batch=p.batch, hold=hold, witness=code('P', 'FM'),
                                              reason='プレートはなかった no plate stood there'), 'right.nobody')


@lifted_by_who_permitted.honest
def _(p):
    hold = permitted(p)
    p.wait('1d')
    p.quiet(p.at('QA1').sign_in('FM').record('QC2', 'hold.lifted', batch=p.batch, hold=hold, witness=code('P', 'FM'),
                                             reason='プレートはなかった no plate stood there'), 'room.never-read')
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QC1', 'deviation.assessed', batch=p.batch, dev=p.batch_now()['deviations'][-1]['dev'], grade='major',
                               reason='環境の記録がない nothing shows it'))


@row('the blocked room is reopened while the plates of a session in it grow', 'd3.opening.incubator', 'room.waits')
def reopened_while_growing(p):
    permitted(p)
    p.caught(p.at('QA1').record('QM', 'room.reopened', **PERMIT), 'room.waits')


@reopened_while_growing.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', **BLOCKED))
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'room.reopened', **PERMIT))


@row('all of quality who might worked in the room, and one of them reopens it', 'd3.opening.incubator', ('right.nobody', 'right.barred'))
def reopens_own(p):
    p.at('B21').sign_in('QM')
    p.quiet(p.at('QA1').record('OP1', 'room.blocked', **BLOCKED))
    p.caught(p.at('QA1').record('QM', 'room.reopened', **PERMIT), 'right.nobody')


@reopens_own.honest
def _(p):
    p.at('B21').sign_in('QM')
    p.quiet(p.at('QA1').record('OP1', 'room.blocked', **BLOCKED))
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QC2', 'room.reopened', **PERMIT))


@row('the hold of a session in the blocked room is lifted the same day', 'd3.opening.incubator', 'room.today')
def lifted_unread(p):
    hold = permitted(p)
    p.caught(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='問題ない looks fine'), 'room.today')


@lifted_unread.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', **BLOCKED))
    p.quiet(p.at('QA1').record('QM', 'room.conditional', batch=p.batch, **PERMIT))
    hold = p.found('hold.placed', cause='room.conditional')['body']['hold']
    p.begun = p.status()['size']
    p.wait('1d')
    p.quiet(p.at('QA1').record('QM', 'hold.lifted', batch=p.batch, hold=hold, reason='作業しなかった nobody worked there'))


def second_version(p):
    """The recipe without the witnesses of its clearances, registered as version 2."""
    with open(f'{TOP}/etc/protocols/nk-autologous.yaml', encoding='utf-8') as f:
        text = re.sub('^version: .*', 'version: "2"', f.read(), count=1, flags=re.M).replace('witness: true', 'witness: false', 1)
    p.quiet(p.at('QA1').record('OP4', 'protocol.registered', text=text))


def approve_second(p, weakened):
    return p.at('QA1').record('QM', 'protocol.approved', protocol='nk-autologous', version='2', change='CC-26-7', overview='3',
                              **({'weakened': weakened} if weakened else {}))


@row('a version that needs no witness is approved, and nobody says so', None, 'protocol.weaker')
def quietly_weaker(p):
    second_version(p)
    p.caught(approve_second(p, []), 'protocol.weaker')


@quietly_weaker.honest
def _(p):
    second_version(p)
    names = approve_second(p, [])['args']['weakened']
    p.begun = p.status()['size']
    p.quiet(approve_second(p, names))


def another_id(p, **more):
    """The same recipe without a witness, under another name."""
    return p.at('QA1').record('QM', 'protocol.approved', protocol='nk-other', version='1', change='CC-26-7', overview='3', **more)


def register_another(p):
    with open(f'{TOP}/etc/protocols/nk-autologous.yaml', encoding='utf-8') as f:
        text = re.sub('^version: .*', 'version: "1"', f.read(), count=1, flags=re.M).replace('witness: true', 'witness: false', 1)
    p.quiet(p.at('QA1').record('OP4', 'protocol.registered', text=text.replace('protocol: nk-autologous', 'protocol: nk-other', 1)))


@row('a version that needs no witness comes as another protocol', None, 'protocol.weaker')
def weaker_by_name(p):
    register_another(p)
    p.caught(another_id(p), 'protocol.weaker')


@weaker_by_name.honest
def _(p):
    register_another(p)
    p.begun = p.status()['size']
    p.quiet(another_id(p, another='no cells are expanded in it'))


# The table of rights as somebody rewrote it on the server: a tester receives lots, too.
FOLDER = tempfile.mkdtemp(prefix='cpfd-rights-')
atexit.register(shutil.rmtree, FOLDER, True)
with open(f'{TOP}/etc/rights.yaml', encoding='utf-8') as shipped, open(f'{FOLDER}/rights.yaml', 'w', encoding='utf-8') as other, \
        open(f'{FOLDER}/alone.yaml', 'w', encoding='utf-8') as alone, open(f'{FOLDER}/narrower.yaml', 'w', encoding='utf-8') as narrower:
    text = shipped.read()
    other.write(text.replace('lot.received:   {by: [store-keeper]', 'lot.received:   {by: [store-keeper, tester]'))
    alone.write(text.replace('basis.accepted:  {by: *lead', 'basis.accepted:  {by: [quality-manager, deputy-quality-manager]'))
    narrower.write(text.replace('basis.accepted:  {by: *lead', 'basis.accepted:  {by: [facility-manager, quality-manager]'))
os.chmod(FOLDER, 0o755)


def accept_table(p, who, **more):
    return p.at('QA1').record(who, 'basis.accepted', basis=p.at('QA1').ask('GET', '/v1/basis')['digest'], **more)


@row('rights.yaml is rewritten on the server, and accepted as if it were words', None, 'basis.weaker',
     settings={'rights': f'{FOLDER}/rights.yaml'})
def rewritten_rights(p):
    p.must(received(p, 'QC2', 'E0901')['code'] == 'record.role', 'a file alone makes nobody a store keeper')
    p.caught(accept_table(p, 'QM'), 'basis.weaker')


@rewritten_rights.honest
def _(p):
    p.quiet(accept_table(p, 'QM', weakened=['lot.received by tester']))
    p.quiet(accept_table(p, 'FM', weakened=['lot.received by tester']))
    p.quiet(received(p, 'QC2', 'E0901'))


@row('a table of rights under which quality alone would rule over the next one', None, 'basis.nobody',
     settings={'rights': f'{FOLDER}/alone.yaml'}, honest_settings={'rights': f'{FOLDER}/narrower.yaml'})
def last_table(p):
    p.caught(accept_table(p, 'QM'), 'basis.nobody')


@last_table.honest
def _(p):
    p.quiet(accept_table(p, 'QM'))
    p.quiet(accept_table(p, 'FM'))


def received_anew(p, lot, was, **other):
    entry = p.at('QA1').ask('GET', '/v1/log?stream=lot/%s&kind=lot.received' % was)['entries'][0]['body']
    body = {k: entry[k] for k in ('maker', 'maker_lot', 'expiry', 'material')} | {'units': 10} | other
    p.quiet(p.at('QA1').record('MM', 'lot.received', lot=lot, **{k: v for k, v in body.items() if v}))


@row('what was blocked comes back under another name', None, ('lot.same-blocked', 'lot.maker'))
def born_again(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='回収 recalled'))
    received_anew(p, 'BM-2602', 'BM-2601')
    p.caught(p.at('QA1').record('OP1', 'lot.conforming', lot='BM-2602'), 'lot.same-blocked')
    received_anew(p, 'BM-2603', 'BM-2601', maker_lot=None)
    p.caught(p.at('QA1').record('QM', 'lot.released', lot='BM-2603'), 'lot.maker')


@born_again.honest
def _(p):
    p.quiet(p.at('QA1').record('QM', 'lot.blocked', lot='BM-2601', reason='回収 recalled'))
    received_anew(p, 'BM-2602', 'BM-2601', maker_lot='X0999')
    p.quiet(p.at('QA1').record('OP1', 'lot.conforming', lot='BM-2602'))
    p.quiet(p.at('QA1').record('QM', 'lot.released', lot='BM-2602'))
