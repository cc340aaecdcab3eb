# A facility as one finds it: four batches that are under way on one day (cpf-sim --states). This one was released with
# pending results and infused; yesterday its sterility bottle was turbid. The clinic is to be warned, quality to judge.
case late-positive "投与後に陽性" "Positive after the infusion"
begins 0
until late.r3
instead late.r3
10:00 qc late.r3 qc1
    growth:growth ^option.hold
