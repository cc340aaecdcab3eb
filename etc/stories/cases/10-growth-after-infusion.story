# R+3: the product's sterility bottle is turbid; the patient was infused three days ago (the Ikebukuro pattern;
# R 105-107). Hold at once; "contaminated in the laboratory" is a conclusion that QM signs, not a deletion.
case growth-after-infusion "投与後の発育" "Growth after the infusion"
instead late.r3
10:00 qc late.r3 qc1
    growth:growth ^option.hold
after late.r3
+10m cl record clinic.warned n1
    batch:{batch}
+5m qa assess qc2+major
+1m qa confirm qm
before complete
10:30 qa complete qm sign !decision.hold
    pending:none
+5m qa lift qm
+1m qa complete qm sign !decision.deviations
    pending:none
+1m qa close qm
