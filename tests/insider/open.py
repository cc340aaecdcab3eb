"""Rows that the product does not hold yet: `./dev insider --open`. Whoever builds the rule gives the row its code and what
is taken out (`off`), and moves it to the file where it belongs. `None` is whatever code the rule will have."""
from bench import row


# ---- what freezes, orders, lots ----


@row('a reagent outside of the plan, mixed in at the bedside', 'infusion-start', ())
def mixed_in(p):
    p.caught(p.at('CL1').work('infusion-end', 'N1').scan('L:IL2-2601/77'), None)
