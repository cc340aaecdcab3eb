# The patient withdraws consent while the cells grow. Nothing is decided or shipped any more; what is there is
# discarded before a witness, what still tells of the room is read, and the number is closed: it never disappears
# (case 8).
case consent-withdrawn "同意の撤回" "Consent withdrawn"
until d0.env.read
after d0.env.read
day 8
10:00 qa stop mm sign !person.role
    cause:consent
+1m qa stop qm sign
    cause:consent notice:N-26-0815
+1m - state stopped
+1m qa decision qm sign !batch.stopped
    disposition:released
+2h b2 clearance op1+op2
    K1 PA4 witness
+1h qc d3.env.read qc1
    EP2 settle-cfu=0 AP2 air-cfu=0 FG3 FG4 finger-cfu=0
+1m qa complete qm sign !decision.containers
    pending:none
day 11
11:00 qc d6.env.read qc1
    EP3 settle-cfu=0 AP3 air-cfu=0 FG5 FG6 finger-cfu=0
+1h qa complete qm sign
    pending:none
+1m - state closed
