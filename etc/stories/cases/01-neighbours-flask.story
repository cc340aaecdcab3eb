# Two patients' flasks on adjoining shelves; on D3 the operator takes the wrong one. Refused at the scan, in the
# record of both batches; nothing lets the right one be scanned in silence (R 99(1)20).
case neighbours-flask "隣のフラスコ" "The neighbour's flask"
needs neighbour
before d3.out
09:29 b2 d3.out op1+op2 ...
    W:shelf1 neighbour:F1 !ident.foreign
instead d3.out
+30s b2 d3.out op1+op2
    F1 appearance:normal
