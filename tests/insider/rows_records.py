"""Records: what is registered, corrected, granted, and by whom."""
from bench import row


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
