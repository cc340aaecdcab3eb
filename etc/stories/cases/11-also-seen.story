# Bad input of every day, each answered with its code and none of it changing anything.
case also-seen "よくある誤り" "Also seen"
needs neighbour
# two orders for one patient and one draw
before order
09:02 cl order co form !order.duplicate
    patient:{other_patient} name-kanji="{kanji}" name-kana="{kana}" name-latin="{latin}" birth-date:{birth}
    plan:PC5170071 facility:FC9990001 physician:{@dr} dose:1 planned-draw:{other_draw} planned-infusion:{D14} allergies:none
+1m cl order co form !value.pattern
    patient:{patient} name-kanji="{kanji}" name-kana="{kana}" name-latin="{latin}" birth-date:{birth}
    plan:XX5170071 facility:FC9990001 physician:{@dr} dose:1 planned-draw:{D0} planned-infusion:{D14} allergies:none
+1m cl order co form !option.refuse
    patient:{patient} name-kanji="{kanji}" name-kana="{kana}" name-latin="{latin}" birth-date:{birth}
    plan:PC5170071 facility:FC9990001 physician:{@dr} dose:1 planned-draw:{D0} planned-infusion:{D14} allergies:listed
# a panel that is too old on the draw date, though valid today
before screening
09:18 cl screening co form !date.expired
    consent-version:3.1 consent-date:{D-12} questionnaire:fit laboratory:LAB-0012
    hiv-date:{D-95} hiv:negative hbv-date:{D-14} hbv:negative hcv-date:{D-14} hcv:negative
    htlv-date:{D-14} htlv:negative syphilis-date:{D-14} syphilis:negative
before second-reading
09:55 qa second-reading co form !person.role
    name:agrees panel:agrees
# the clinic: consent withdrawn, another patient's wristband, a foreign tube
before draw-go
09:20 cl draw-go dr sign !option.refuse
    condition:good temperature=36.5 consent:withdrawn
+1m cl draw-go n1 sign !person.role
    condition:good temperature=36.5 consent:stands
before tubes
09:31 cl tubes n1 ...
    neighbour:T1 !ident.foreign raw="C-XX" !scan.half raw="C-XX.1-A" !scan.malformed raw="hello" !scan.unknown T1 T1 =scan.already
instead tubes
+20s cl tubes n1
    T2..T5 resend
# impossible, wrong unit, too many decimals
before draw
+10s cl draw n1 ...
    volume=300 !value.impossible raw="45 g" !value.unit raw="45,1" !number.comma volume=45.123 !value.decimals
# the logger was never started; a friendly "20 degrees" by hand
instead transport-temperature
11:42 rc transport-temperature op1
    E:log file:gap ^option.hold lowest=20.0 highest=20.0
after qc.phenotype-d0.result
+10m qa assess qc2+major
+1m qa confirm qm
+1m qa lift qm
+1m qa close qm
# out of order
before d0.tubes-in
+10s b2 - op2+op1
    X:STEP-D0-CULTURE !step.order X:STEP-NONSENSE !step.unknown
# somebody whose aseptic qualification has run out
before d3.opening.room
+10s b2 - op9
    X:STEP-D3-OPENING-ROOM !person.unqualified
# the label of the session before, stuck on today's plate
before d3.entry.plates
+10s b2 d3.entry.plates op1+op2 ...
    EP1 !ident.used
