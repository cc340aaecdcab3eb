# Counts come in the number that the protocol says; a third only by the replicate rule; all are kept. A low result
# is a fact with a deviation, and no further count makes it better (misconduct; notification 00tc0451 on G).
case counting-until-it-fits "合うまで数える" "Counting until it fits"
let r6 = 0.2
let v6 = 72
let l6c = c6*0.97 : 3
let d6c = l6c*(100 - v6)/v6 : 3
instead d6.count.cells
09:36 b2 d6.count.cells op2+op1
    S4 live-1=l6a dead-1=d6a live-2=l6b dead-2=d6b live-3=l6c dead-3=d6c ~value.action volume=100.0 witness
before d6.pass.out
+30s b2 - op2+op1
    X:STEP-D6-COUNT-CELLS !step.done
after d6.closing.countersign
+1h qa assess qc2
+1m qa confirm qm
+1m qa close qm
