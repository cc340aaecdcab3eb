# QM is on holiday; the one who answers for manufacture tries to confirm and decide, and the bag is handed to the
# courier, "the papers follow" (R 93, 100(3), 101). Nobody is made a quality manager at that hour by one person.
case courier-waiting "待っている搬送員" "The courier is waiting"
before confirmation
13:55 qa confirmation mm sign !person.role
    audit-trail:reviewed
# nobody gives a role alone
+1m qa record person.changed fm !right.second
    person:{@mm} dept:manufacturing roles:[production-manager,quality-manager] reason="不在 away"
+1m qa decision mm sign !person.role
    disposition:released-pending
+1m sh - op2+op1
    X:STEP-SHIP-CHECK !step.order X:STEP-SHIP !step.order
# what was shown must be what is pending
before decision
+1m qa decision qm sign !act.shown-differs
    disposition:released-pending
    shown:late.r14
