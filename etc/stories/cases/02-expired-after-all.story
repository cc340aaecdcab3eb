# IL-2 went in; at closing the empty vial's code shows that it expired yesterday (R 99(1)4-5, 105). Refusing is
# useless now: recorded with the true lot, deviation and hold. At staging the same lot is refused.
case expired-after-all "期限切れだった" "Expired after all"
before d3.tray
08:29 st d3.tray op2 ...
    E:tray L:il2-expired/1 !lot.expired L:il2-waiting/1 !lot.quarantine
instead d3.tray
08:31 st d3.tray op2
    L:pip L:basal/2 L:il2/2 L:settle L:agent
instead d3.closing.close
10:05 b2 d3.closing.close op1+op2
    L:il2-expired/1 ^lot.used-expired rest:used-up L:agent wiped:done E:tray E:bsc witness
after d3.env.incubate
+1h qa assess qc2+major
+1m qa confirm qm
+1d qa lift qm
+1m qa close qm
