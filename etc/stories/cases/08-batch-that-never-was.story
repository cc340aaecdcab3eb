# F1 is cloudy on D5. The number, once instructed, does not disappear: it ends as rejected, and its vessels are
# discarded before a witness (R 99(1)3, 110, 112), once quality has looked into it: until then they are evidence.
case batch-that-never-was "なかったことにされた製造番号" "The batch that never was"
until d3.env.incubate
after d3.env.incubate
day 4
09:00 gw d3.opening.fitness-other op1
    symptoms:none skin:none microbes:none
+10m b2 look op1
    F1 appearance:turbid ^option.hold
+2h qa decision qm sign !*
    disposition:released
+1m qa reject qm sign ^option.hold
    cause:contamination
+30m b2 disposal op1+op2 ...
    F1 !exposure.evidence
+2h qa assess qc2+major
+1m qa confirm qm
+1m qa lift qm
+30m b2 disposal op1+op2
    F1 PA3 PA4 witness
+1m - state rejected
