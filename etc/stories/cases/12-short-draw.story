# One draw in fifty is short: a true value is never refused. And D6 shows slow growth: an alert.
case short-draw "採血量不足・増殖不良" "A short draw, a slow flask"
let blood = 27
let plasma = 13.5
let c0 = 2.6
let c6 = 0.62
instead draw
09:45 cl draw n1+n2
    volume=blood ~value.action disinfection:done course:smooth witness
instead d0.plasma
13:12 b2 d0.plasma op1+op2
    PL1 volume=plasma ~value.action colour:clear
instead d0.count.cells
15:00 b2 d0.count.cells op2+op1
    S1 live-1=l0a dead-1=d0a live-2=l0b dead-2=d0b volume=10.0 ?value.alert witness
instead d6.count.cells
09:36 b2 d6.count.cells op2+op1
    S4 live-1=l6a dead-1=d6a live-2=l6b dead-2=d6b volume=100.0 ?value.alert witness
after qc.phenotype-d0.result
+10m qa assess qc2
+1m qa confirm qm
+1m qa close qm
