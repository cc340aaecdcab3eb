"""Which time is believed: the daemon's."""
from bench import row

COUNTERSIGNED = {'list': 'agrees'}
REVIEWED = {'audit-trail': 'reviewed'}


@row('a spin that ended six seconds after it began', 'd0.spin-1.load', 'time.impossible')
def short_spin(p):
    p.wait('6s')
    p.caught(p.at('B21').work(None, 'OP2', 'OP1').scan('X:STEP-D0-SPIN-1-UNLOAD'), 'time.impossible')


@short_spin.honest
def _(p):
    p.wait('18m')
    p.at('B21').work('d0.spin-1.unload', 'OP2', 'OP1').scans('E:CF-02', 'W1', 'W2', '=400 xg', 'X:OPT-AS-PROGRAMME')


@row('written up at five: an old time without a word', 'd0.closing.countersign', 'time.past')
def back_dated(p):
    p.wait('70m')
    p.caught(p.at('QC1S').work(None, 'QC1').scan('X:STEP-D0-ENV-INCUBATE', at=p.then('-45m')), 'time.past')


@back_dated.honest
def _(p):
    p.quiet(p.at('QC1S').work(None, 'QC1').scan('X:STEP-D0-ENV-INCUBATE', at=p.then('-2s')))


@row('written up at five, alone', 'd0.closing.countersign', ('people.too-few', 'time.late-entry'))
def written_up_alone(p):
    p.wait('70m')
    qc = p.at('QC1S').work('d0.env.incubate', 'QC1')
    p.caught(qc.scan('E:PINC-01', late=p.late('-45m')), 'people.too-few')


@written_up_alone.honest
def _(p):
    p.at('QC1S').work('d0.env.incubate', 'QC1').scans('E:PINC-01')


@row('written up at five: fourteen steps from a clipboard', 'd0.closing.countersign', 'time.late-entry')
def written_up(p):
    p.wait('70m')
    qc = p.at('QC1S').work('d0.env.incubate', 'QC1', 'QC3')
    p.caught(qc.scan('E:PINC-01', late=p.late('-45m')), 'time.late-entry', 'deviation')


@written_up.honest
def _(p):
    p.at('QC1S').work('d0.env.incubate', 'QC1', 'QC3').scans('E:PINC-01')


@row('a time that has not come yet', 'd0.closing.countersign', 'time.future')
def future(p):
    p.caught(p.at('QC1S').work('d0.env.incubate', 'QC1').scan('E:PINC-01', at=p.then('10m')), 'time.future')


@future.honest
def _(p):
    p.quiet(p.at('QC1S').work('d0.env.incubate', 'QC1').scan('E:PINC-01', at=p.then('-1s')))


@row('said to have been done before what it comes after', 'd0.spin-1.load', ('time.impossible', 'time.before', 'time.late-entry'))
def before_its_time(p):
    p.wait('18m')
    b2 = p.at('B21').work(None, 'OP2', 'OP1')
    p.caught(b2.scan('E:CF-02', late=p.late('-60m')), 'time.impossible')


@before_its_time.honest
def _(p):
    p.wait('18m')
    p.at('B21').work('d0.spin-1.unload', 'OP2', 'OP1').scans('E:CF-02')


@row('blood that travelled too long', 'handover', 'time.late')
def long_journey(p):
    p.wait('7h')
    rc = p.at('RC1').work(None, 'OP1')
    rc.scan('X:STEP-ARRIVAL')
    p.caught(rc.scan('P:CR'), 'time.late', 'deviation')


@long_journey.honest
def _(p):
    p.wait('100m')
    p.at('RC1').work('arrival', 'OP1').scans('P:CR')


@row('plasma heated too short', 'd0.spin-2.load', 'time.early')
def heated_short(p):
    p.wait('3m')
    b2 = p.at('B21').work(None, 'OP2', 'OP1')
    b2.scan('X:STEP-D0-ALIQUOTS')
    p.caught(b2.scan('E:HB-01'), 'time.early', 'deviation')


@heated_short.honest
def _(p):
    p.wait('25m')
    p.at('B21').work('d0.aliquots', 'OP2', 'OP1').scans('E:HB-01')


@row('harvest before its window', 'd9.env.incubate', ('time.early', 'decision.open-steps', 'step.order'))
def harvested_early(p):
    fields = {'cells': 'reached', 'in-process': 'pass'}
    p.caught(p.at('QA1').act('MM', 'harvest-go', fields=fields), 'decision.open-steps')


@harvested_early.honest
def _(p):
    p.at('GW1').work('d9.opening.fitness-other', 'OP1').scans('X:OPT-NONE')


@row('a session typed up at the end of the day, said to be an outage', 'd0.closing.countersign', 'time.late-entry')
def outage_that_never_was(p):
    p.wait('70m')
    qc = p.at('QC1S').work('d0.env.incubate', 'QC1', 'QC3')
    p.caught(qc.scan('E:PINC-01', late=p.late('-45m', 'offline')), 'time.late-entry', 'deviation')


@outage_that_never_was.honest
def _(p):
    p.wait('70m')
    p.at('QC1S').work('d0.env.incubate', 'QC1', 'QC3').scans('E:PINC-01')


TRAY = ('E:TRAY-01 L:PIP-2601 L:CT50-2601 L:ST-2601 L:DYE-2601 L:DM-2601/1 L:WB-2601/1 L:BM-2601/1 L:IL2-2601/1 L:IL15-2601/1 '
        'L:STM-2601/1 L:FL-2601 L:AP-2601 L:FP-2601 L:IPA-2601').split()
LABELS = 'W1 W2 PL1 G1 G2 C1 F1 PA1 PA2 PA3 PA4 M1 S1 S2 S3 RT1'.split()


@row('thirty entries in a second: a session typed up as if it were now', 'handover', 'time.pace', settings={'pace_scan_ms': 2000, 'pace_tube_ms': 500})
def pace(p):
    st = p.at('ST1').work('d0.tray', 'OP2').scans(*TRAY)
    p.caught(st.work('d0.labels', 'OP2').scans(*LABELS[:-1]).scan(LABELS[-1]), 'time.pace', 'deviation')


@pace.honest
def _(p):
    st = p.at('ST1').work('d0.tray', 'OP2')
    for thing in TRAY:
        p.wait('5s')
        st.scans(thing)
    st.work('d0.labels', 'OP2')
    for label in LABELS:  # tubes go by in a burst
        p.wait('1s')
        st.scans(label)


# ---- what a claim does not show ----


@row('the start of a spin is written up to have been long ago', 'd0.pool', ('time.not-shown', 'time.early', 'time.impossible'))
def start_written_up(p):
    p.wait('30m')
    b2 = p.at('B21').work('d0.spin-1.load', 'OP2', 'OP1')
    for thing in 'W1', 'W2', 'E:CF-02':
        b2.scan(thing, late=p.late('-20m'))
    p.caught(p.at('B21').work('d0.spin-1.unload', 'OP2', 'OP1').scan('E:CF-02'), 'time.not-shown', 'deviation')


@start_written_up.honest
def _(p):
    p.at('B21').work('d0.spin-1.load', 'OP2', 'OP1').scans('W1', 'W2', 'E:CF-02')
    p.wait('18m')
    p.at('B21').work('d0.spin-1.unload', 'OP2', 'OP1').scans('E:CF-02')


@row('an end is written up to have been in time', 'd0.spin-1.load', ('time.not-shown', 'time.late-entry'))
def end_written_up(p):
    p.wait('40m')
    b2 = p.at('B21').work(None, 'OP2', 'OP1')
    b2.scan('X:STEP-D0-SPIN-1-UNLOAD')
    p.caught(b2.scan('E:CF-02', late=p.late('-20m')), 'time.not-shown', 'deviation')


@end_written_up.honest
def _(p):
    p.wait('18m')
    p.at('B21').work('d0.spin-1.unload', 'OP2', 'OP1').scans('E:CF-02')


@row('a password is typed at the desk while its owner works in grade B', 'd0.closing.close', 'time.two-rooms', settings={'pace_apart_ms': 15000})
def two_rooms(p):
    p.caught(p.at('QA1').act('OP1', 'd0.closing.countersign', fields=COUNTERSIGNED), 'time.two-rooms', 'deviation')


@two_rooms.honest
def _(p):
    p.wait('12m')
    p.quiet(p.at('QA1').act('OP1', 'd0.closing.countersign', fields=COUNTERSIGNED))


@row('a record is confirmed the moment it was reported', 'report', 'time.review', settings={'pace_review_ms': 100})
def review(p):
    p.caught(p.at('QA1').act('QM', 'confirmation', fields=REVIEWED), 'time.review', 'deviation')


@review.honest
def _(p):
    p.wait('25m')
    p.quiet(p.at('QA1').act('QM', 'confirmation', fields=REVIEWED))


# ---- cells out of the incubator ----


def shelf_read(p):
    """The shelf in time; the flask stands about."""
    p.wait('60m')
    return p.at('B21').work('d3.back', 'OP2', 'OP1').scans('W:INC-03-S1')


@row('the shelf is read in time, and the flask follows later', 'd3.feed', 'time.late')
def stands_about(p):
    b2 = shelf_read(p)
    p.wait('40m')
    b2.scans('P:OP2') # who is there says so
    p.caught(b2.scan('F1'), 'time.late', 'deviation')


@stands_about.honest
def _(p):
    shelf_read(p).scans('F1')


@row('plates read before anything can have grown', 'd9.env.incubate', 'time.impossible')
def plates_read_early(p):
    p.caught(p.at('QC1S').work(None, 'QC1').scan('X:STEP-D9-ENV-READ'), 'time.impossible')


@plates_read_early.honest
def _(p):
    p.at('QC1S').work('d3.env.read', 'QC1').scans('EP2')
