"""Rows that the product does not hold yet: `./dev insider --open`. Whoever builds the rule gives the row its code and what
is taken out (`off`), and moves it to the file where it belongs. `None` is whatever code the rule will have. There is none now."""
