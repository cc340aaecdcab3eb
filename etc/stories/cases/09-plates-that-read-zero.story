# An action limit is a deviation whoever reads it, and blocks the room by itself; a plate is not read before it can have grown, and not by the
# operator of its session (the Saitama pattern; R 99(1)9-12, 105).
case plates-that-read-zero "ゼロと読まれるプレート" "Plates that read zero"
after d3.env.incubate
+1h qc - qc1
    X:STEP-D3-ENV-READ !time.impossible
instead d3.env.read
11:00 qc d3.env.read qc1
    EP2 settle-cfu=0 AP2 air-cfu=0 FG3 FG4 finger-cfu=3 ~value.action-room
+30m qa assess qc2+major
+1m qa confirm qm
+1m b2 - op1
    X:STEP-LOOK !room.blocked
+1m qa record room.reopened qm
    room:{@broom} reason="清掃と再測定 cleaned and measured again" result="再測定 0 CFU / 0 CFU when measured again"
+1d qa close qm
