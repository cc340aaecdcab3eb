# The variant: the neighbour's flask was opened first and scanned after. A fact: both batches on hold, the session's
# room blocked until quality has looked.
case opened-first "隣のフラスコ（開けた後）" "The neighbour's flask, opened first"
needs neighbour
before d3.out
09:29 b2 d3.out op1+op2 ... late=opened claim=-1m
    neighbour:F1 ^ident.foreign-opened
+10s b2 d3.out op1+op2 ...
    W:shelf1 !room.blocked
+5m qa assess qc2+major
+1m qa confirm qm
+1m qa assess qc2+major neighbour
+1m qa confirm qm neighbour
+10m qa record room.reopened qm
    room:{@broom} reason="製造番号ごとに確認、清拭 both batches checked, wiped" result="清拭後の微粒子数 適合 particle count after wiping conforms"
after d3.env.incubate
+2h qa lift qm
+1m qa lift qm neighbour
+1m qa close qm
+1m qa close qm neighbour
