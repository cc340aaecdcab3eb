"""Rows that the product does not hold yet: `./dev insider --open`. Whoever builds the rule gives the row its code and what
is taken out (`off`), and moves it to the file where it belongs. `None` is whatever code the rule will have."""
from bench import row


# ---- what freezes, orders, lots ----


@row('a reagent outside of the plan, mixed in at the bedside', 'infusion-start', ())
def mixed_in(p):
    p.caught(p.at('CL1').work('infusion-end', 'N1').scan('L:IL2-2601/77'), None)


# ---- time ----


@row('thirty scans in thirty seconds', 'handover', ())
def pace(p):
    st = p.at('ST1').work('d0.labels', 'OP2')
    for label in 'W1 W2 PL1 G1 G2 C1 F1 PA1 PA2 PA3 PA4 M1 S1 S2 S3 RT1 EP1 AP1 FG1 FG2'.split():
        st.scan(label)
    p.must(p.found(None, outcome='alert'), 'nobody noticed')
