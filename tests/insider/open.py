"""Rows that the product does not hold yet: `./dev insider --open`. Whoever builds the rule gives the row its code and what
is taken out (`off`), and moves it to the file where it belongs. `None` is whatever code the rule will have."""
from bench import row


# ---- rights ----


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


# ---- what freezes, orders, lots ----


@row('a reagent outside of the plan, mixed in at the bedside', 'infusion-start', ())
def mixed_in(p):
    p.caught(p.at('CL1').work('infusion-end', 'N1').scan('L:IL2-2601/77'), None)


@row('a complaint about a closed batch', 'complete', ())
def complaint(p):
    p.quiet(p.at('QA1').record('QM', 'complaint.received', batch=p.batch, reason='発熱 fever'))


# ---- time ----


@row('thirty scans in thirty seconds', 'handover', ())
def pace(p):
    st = p.at('ST1').work('d0.labels', 'OP2')
    for label in 'W1 W2 PL1 G1 G2 C1 F1 PA1 PA2 PA3 PA4 M1 S1 S2 S3 RT1 EP1 AP1 FG1 FG2'.split():
        st.scan(label)
    p.must(p.found(None, outcome='alert'), 'nobody noticed')
