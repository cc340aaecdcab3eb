# The bench was busy; it is written up afterwards from photocopied labels (misconduct; PI 041-1).
case written-up-at-five "五時の後書き" "Written up at five o'clock"
# equipment codes are read in their own room
before d0.spin-1.load
12:49 b2 d0.spin-1.load op2+op1 ...
    E:othercf !place.room
# a ten-minute spin cannot end six seconds after its start
after d0.spin-1.load
+6s b2 d0.spin-1.unload op2+op1 ...
    E:cf !time.impossible
# an earlier time is never taken as a recording time; a late entry tells both times and is a deviation
before d0.env.incubate
+70m qc d0.env.incubate qc1 ... claim=-45m
    E:pinc !time.past
instead d0.env.incubate
+1m qc d0.env.incubate qc1 ... late=busy claim=-45m
    E:pinc !people.too-few
+1m qc d0.env.incubate qc1+qc3 late=busy claim=-45m
    E:pinc ~time.late-entry all:all
# a result is not there before the method has run
instead qc.phenotype-d0.result
+21m qc qc.phenotype-d0.result qc1
    controls:valid value=nk0
after judgement-start
+1h qa assess qc2
+1m qa confirm qm
+1m qa close qm
