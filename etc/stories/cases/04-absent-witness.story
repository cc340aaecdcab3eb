# The second person's badge hangs at the station while they are elsewhere (misconduct).
case absent-witness "いない確認者" "The absent witness"
instead draw
09:45 cl draw n1 ...
    volume=blood disinfection:done course:smooth P:n2 !witness.absent P:n1 !witness.same
+1m cl in n2 pin=000000 !session.wrong-secret
+10s cl draw n1+n2
    witness
before d3.entry.clearance
+10s rc in op2 !session.elsewhere
