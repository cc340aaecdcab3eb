# QM is on holiday; the one who answers for manufacture tries to confirm and decide, and the bag is handed to the
# courier, "the papers follow" (R 93, 100(3), 101). A role given today does not cure an act of yesterday.
case courier-waiting "待っている搬送員" "The courier is waiting"
before confirmation
13:55 qa confirmation mm sign !person.role
    audit-trail:reviewed
+1m qa record person.changed fm
    person:{@mm} dept:manufacturing roles:[production-manager,quality-manager] reason="不在 away"
+1m qa confirmation mm sign !act.producer
    audit-trail:reviewed
+1m qa decision mm sign !act.producer
    disposition:released-pending
+1m sh - op2+op1
    X:STEP-SHIP-CHECK !step.order X:STEP-SHIP !step.order
+1m qa record person.changed fm
    person:{@mm} dept:manufacturing roles:[production-manager] reason="復帰 back"
# what was shown must be what is pending
before decision
+1m qa decision qm sign !act.shown-differs
    disposition:released-pending
    shown:late.r14
