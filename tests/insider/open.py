"""Rows that the product does not hold yet: `./dev insider --open`. Whoever builds the rule gives the row its code and what
is taken out (`off`), and moves it to the file where it belongs. `None` is whatever code the rule will have."""
from bench import row
from rows_clinic import order


def later(p, who, **body):
    return p.at('QA1').record(who, 'person.changed', reason='依頼 asked for', **body)


# ---- rights ----


@row('a tester changes the roles of the one who answers for making', None, 'record.role')
def tester_changes_roles(p):
    p.caught(later(p, 'QC1', person='MM', dept='manufacturing', roles=['production-manager', 'operator']), None)


@row('the facility manager alone makes a new quality manager', None, ())
def manager_alone(p):
    p.caught(later(p, 'FM', person='QC2', dept='quality', roles=['tester', 'quality-manager']), None)


@row('somebody gives himself a qualification', None, ())
def own_qualification(p):
    p.caught(later(p, 'QM', person='QM', qualified=[{'name': 'aseptic', 'until': p.day(900)}]), None)


@row('the operator sets the calibration to 2099', None, ())
def calibrated_for_ever(p):
    p.caught(p.at('QA1').record('OP1', 'equipment.changed', equipment='CF-09', calibrated='2099-12-31', reason='校正 done'), None)


@row('the operator puts equipment back into service', None, ())
def back_into_service(p):
    p.caught(p.at('QA1').record('OP1', 'equipment.changed', equipment='HB-09', in_service='yes', reason='修理 mended'), None)


@row('an expired lot is received again with a later date', None, ())
def received_again(p):
    p.caught(p.at('QA1').record('OP1', 'lot.received', lot='IL2-2701', material='il-2', maker='Sample Cytokines', maker_lot='E0701',
                                gtin='02000000010083', expiry=p.day(300), units=10), None)


@row('one person receives a lot and releases it', None, ())
def receives_and_releases(p):
    qa = p.at('QA1')
    qa.record('QM', 'lot.received', lot='IL2-2701', material='il-2', maker='Sample Cytokines', maker_lot='E0901', expiry=p.day(300),
              units=10)
    p.caught(qa.record('QM', 'lot.released', lot='IL2-2701'), None)


@row('a tester opens the room again', None, ())
def tester_opens_room(p):
    p.quiet(p.at('QA1').record('QM', 'room.blocked', room='B2', cause='処置基準超過 action limit'))
    p.caught(p.at('QA1').record('QC1', 'room.reopened', room='B2', reason='清掃した cleaned'), None)


@row('the author approves the own protocol', None, ())
def author_approves(p):
    with open('etc/protocols/nk-autologous.yaml', encoding='utf-8') as f:
        text = f.read().replace('version: "1"', 'version: "2"', 1)
    p.quiet(p.at('QA1').record('QM', 'protocol.registered', text=text))
    p.caught(p.at('QA1').record('QM', 'protocol.approved', protocol='nk-autologous', version='2'), None)


@row('a second enrolment under the name of a station that lives', None, ())
def station_twice(p):
    p.caught(p.at('QA1').record('QC1', 'station.enrolled', station='B21', kind='B2', room='B2', token='A' * 43), None)


# ---- what freezes, orders, lots ----


@row('the same person under another number', 'order', ())
def same_person(p):
    p.caught(order(p, **dict(p.ordered(p.batch), patient='P000950')), None)


@row('a reagent outside of the plan, mixed in at the bedside', 'infusion-start', ())
def mixed_in(p):
    p.caught(p.at('CL1').work('infusion-end', 'N1').scan('L:IL2-2601/77'), None)


@row('a hold by hand', 'd3.entry.plates', ())
def hold_by_hand(p):
    p.quiet(p.at('QA1').record('OP1', 'hold.placed', batch=p.batch, cause='匂い a smell', reason='匂い a smell'))


@row('a complaint about a closed batch', 'complete', ())
def complaint(p):
    p.quiet(p.at('QA1').record('QM', 'complaint.received', batch=p.batch, reason='発熱 fever'))


# ---- time ----


@row('a session typed up at the end of the day, said to be an outage', 'd0.closing.countersign', ())
def outage_that_never_was(p):
    p.wait('70m')
    qc = p.at('QC1S').work('d0.env.incubate', 'QC1', 'QC3')
    p.caught(qc.scan('E:PINC-01', late=p.late('-45m', 'offline')), None, 'deviation')


@row('quality locked out from a clinic terminal', None, ())
def locked_out_from_afar(p):
    for _ in range(6):
        p.at('CL1').send('/v1/sessions', badge=p.raw('P:QM'), pin='000000')
    p.at('QA1').sign_in('QM')


@row('thirty scans in thirty seconds', 'handover', ())
def pace(p):
    st = p.at('ST1').work('d0.labels', 'OP2')
    for label in 'W1 W2 PL1 G1 G2 C1 F1 PA1 PA2 PA3 PA4 M1 S1 S2 S3 RT1 EP1 AP1 FG1 FG2'.split():
        st.scan(label)
    p.must(p.found(None, outcome='alert'), 'nobody noticed')
