# A short draw, whose deviation nobody has assessed yet; today is D6, and the room is open: the bench begins.
case sixth-day "D6・逸脱未評価" "Day 6, a deviation to be assessed"
begins 12
until d6.opening.incubator
let blood = 27
let plasma = 13.5
let c0 = 2.6
instead draw
09:45 cl draw n1+n2
    volume=blood ~value.action disinfection:done course:smooth witness
instead d0.plasma
13:12 b2 d0.plasma op1+op2
    PL1 volume=plasma ~value.action colour:clear
instead d0.count.cells
15:00 b2 d0.count.cells op2+op1
    S1 live-1=l0a dead-1=d0a live-2=l0b dead-2=d0b volume=10.0 ?value.alert witness
