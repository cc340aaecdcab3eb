# One autologous NK batch from the physician's order to the last sterility result, as people do it.
# "row n" is the row of the bench description's section 4. README.md beside this file has the language.
# Every number here is believable and none is law: blood 45 mL; PBMC 5.2e7 at 97 %; D6 1.6e8; D9 6.0e8;
# D11 1.3e9; D14 3.1e9; product 100 mL with 2.9e9 cells at 93 %. Two readings of a count differ by 3 to 12 %.

story nk-autologous "自己NK細胞の一製造番号" "One autologous NK batch"
protocol nk-autologous
lanes 2
# a second batch in a lane begins a day later, the next two 16 days later: no two sessions on one day
stagger 16 0 1

# ── who plays: the second name plays the second batch of a day ──────────────────────────────────────────
cast dr   DR
cast n1   N1
cast n2   N2
cast co   CO
cast cr   CR
cast mm   MM
cast qm   QM
cast op1  OP1  OP3
cast op2  OP2  OP4
cast qc1  QC1  QC2
cast qc2  QC2  QC1
cast qc3  QC3
cast cl   CL1
cast rc   RC1
cast st   ST1
cast gw   GW1
cast b2   B21  B22
cast qc   QC1S QC2S
cast qa   QA1  QA2
cast sh   SH1
cast fm   FM
cast op9  OP9
cast othercf CF-03 CF-02
cast broom B2 B3
cast bsc  BSC-02 BSC-03
cast inc  INC-03 INC-04
cast cf   CF-02  CF-03
cast hb   HB-01  HB-02
cast pinc PINC-01
cast sinc SINC-01
cast pcr  PCR-01
cast mpr  MPR-01
cast fcm  FCM-01
cast mic  MIC-01
cast log  LOG-0{pair}
cast box  BOX-0{pair}
cast tray TRAY-0{pair}
cast shelf1 INC-03-S{shelf1} INC-04-S{shelf1}
cast shelf2 INC-03-S{shelf2} INC-04-S{shelf2}
cast plasma RF-02-P{six} RF-04-P{six}
cast quar  RF-03-Q{pair}
cast fz1   FZ-01-{rt1:2}
cast fz2   FZ-01-{rt2:2}

lot heparin HEP-2601
lot pip     PIP-2601
lot ct50    CT50-2601
lot stube   ST-2601
lot dye     DYE-2601
lot density DM-2601
lot buffer  WB-2601
lot basal   BM-2601
lot il2     IL2-2601
lot il15    IL15-2601
lot stim    STM-2601
lot flask   FL-2601
lot cbag    CB-2601
lot htube   HT-2601
lot saline  SAL-2601
lot albumin ALB-2601
lot mesh    MESH-2601
lot pbag    PB-2601
lot settle  AP-2601
lot contact FP-2601
lot agent   IPA-2601
lot bottle  SB-2601
lot gram    GR-2601
lot edt     EDT-2601
lot myc     MYC-2601
lot ab      AB-2601
lot il2-expired  IL2-2501
lot il2-waiting  IL2-2609

# Things that one batch has at a time: which of several follows from lane and wave.
let pair   = mod(wave, 3)*2 + lane + 1
let six    = mod(wave, 6) + 1
let shelf1 = mod(wave, 4)*2 + 1
let shelf2 = shelf1 + 1
let rt1    = mod(wave*2 + lane, 12)*2 + 1
let rt2    = rt1 + 1

patient "高﨑 花子"   "タカサキ ハナコ"   "Takasaki Hanako"  1957-03-04
patient "田中 一郎"   "タナカ イチロウ"   "Tanaka Ichiro"    1949-11-23
patient "田中 一朗"   "タナカ イチロウ"   "Tanaka Ichiro"    1952-06-30
patient "𠮷野 ふみ"   "ヨシノ フミ"       "Yoshino Fumi"     1963-08-17
patient "髙橋 健"     "タカハシ ケン"     "Takahashi Ken"    1971-01-09
patient "Müller 恵子" "ミュラー ケイコ"   "Mueller Keiko"    1966-12-01

# ── values, once for a batch ────────────────────────────────────────────────────────────────────────────
let blood   = 45 ~ 2.5 : 1
let pooled  = blood - 0.5
let plasma  = 20 ~ 1.5 : 1
let aliquot = plasma - 0.3
let weight  = blood*1.05 + 62 : 1
let low     = 19 ~ 1.5 : 1
let high    = 22.5 ~ 1 : 1

let vol9 = 500 ~ 12 : 0
# counts: the mean, how far apart the two readings are, and the dead by the viability
let c0   = 5.2 ~ 6% : 3
let r0   = 0.075 ~ 0.045 : 4
let v0   = 97 ~ 1 : 2
let c6   = 1.6 ~ 8% : 3
let r6   = 0.075 ~ 0.045 : 4
let v6   = 92 ~ 1.5 : 2
let c9   = 1.2 ~ 8% : 3
let r9   = 0.075 ~ 0.045 : 4
let v9   = 93 ~ 1.5 : 2
let c11  = 0.8125 ~ 6% : 3
let r11  = 0.075 ~ 0.045 : 4
let v11  = 94 ~ 1.5 : 2
let c14  = 29 ~ 4% : 3
let r14  = 0.075 ~ 0.045 : 4
let v14  = 93 ~ 1.5 : 2
let l0a  = c0*(1 + r0/2) : 3
let l0b  = c0*(1 - r0/2) : 3
let d0a  = l0a*(100 - v0)/v0 : 3
let d0b  = l0b*(100 - v0)/v0 : 3
let l6a  = c6*(1 + r6/2) : 3
let l6b  = c6*(1 - r6/2) : 3
let d6a  = l6a*(100 - v6)/v6 : 3
let d6b  = l6b*(100 - v6)/v6 : 3
let l9a  = c9*(1 + r9/2) : 3
let l9b  = c9*(1 - r9/2) : 3
let d9a  = l9a*(100 - v9)/v9 : 3
let d9b  = l9b*(100 - v9)/v9 : 3
let l11a  = c11*(1 + r11/2) : 3
let l11b  = c11*(1 - r11/2) : 3
let d11a  = l11a*(100 - v11)/v11 : 3
let d11b  = l11b*(100 - v11)/v11 : 3
let l14a  = c14*(1 + r14/2) : 3
let l14b  = c14*(1 - r14/2) : 3
let d14a  = l14a*(100 - v14)/v14 : 3
let d14b  = l14b*(100 - v14)/v14 : 3
let seeded = (l0a + l0b)/2*10*0.97 : 1
let added9 = 1600 - vol9 : 0
let half9a = 800 ~ 8 : 0
let half9b = 1600 - half9a : 0
let harvest = 1590 ~ 8 : 0
let final  = 110 ~ 1.5 : 1
let taken  = 10 ~ 0.3 : 1
let filled = final - taken : 1
let given  = filled - 0.6 : 1
let qcl    = c14 ~ 4% : 3
let qcd    = qcl*(100 - v14)/v14 : 3
let nk0    = 12 ~ 3 : 2
let nk14   = 68 ~ 5 : 2
let endo   = 0.15 ~ 0.08 : 2
let pa     = 15.5 ~ 2 : 1
let room   = 22 ~ 1.2 : 1
let warm   = 37.0 ~ 0.2 : 1
let co2    = 5.0 ~ 0.2 : 1

# ── A. Order and instruction ────────────────────────────────────────────────────────────────────────────
day -10
09:00 cl order co form                                      # row 1
    patient:{patient} name-kanji="{kanji}" name-kana="{kana}" name-latin="{latin}" birth-date:{birth}
    plan:PC5170071 facility:FC9990001 physician:{@dr} dose:1 planned-draw:{D0} planned-infusion:{D14} allergies:none
09:20 cl screening co form                                  # row 2
    consent-version:3.1 consent-date:{D-12} questionnaire:fit laboratory:LAB-0012
    hiv-date:{D-14} hiv:negative hbv-date:{D-14} hbv:negative hcv-date:{D-14} hcv:negative
    htlv-date:{D-14} htlv:negative syphilis-date:{D-14} syphilis:negative
day -9
10:00 qa second-reading op2 form                            # row 3
    name:agrees panel:agrees
day -3
15:00 qa instruction mm sign                                # row 4
    cabinet/E:bsc incubator/E:inc operators/P:op1,P:op2 harvest-from:{D14} harvest-until:{D21}
day -2
14:00 st kit op2                                            # row 5
    L:heparin T1..T5 E:log E:box D:SEAL-{serial}-1

# ── B. Draw at the clinic, transport, receipt ───────────────────────────────────────────────────────────
day 0
09:25 cl draw-go dr sign                                    # rows 6, 7
    condition:good temperature=36.5 consent:stands
09:30 cl identify n1 form                                   # row 8
    name="{kana}" birth-date:{birth} wristband/N:{patient}
09:32 cl tubes n1                                           # row 9
    T1..T5
09:45 cl draw n1+n2                                         # row 10
    volume=blood disinfection:done course:smooth witness
10:00 cl handover n1                                        # row 11
    E:box E:log T1..T5 D:SEAL-{serial}-1 P:cr
10:30 st d0.tray op2                                        # row 20
    E:tray L:pip L:ct50 L:stube L:dye L:density/1 L:buffer/1 L:basal/1 L:il2/1 L:il15/1 L:stim/1 L:flask
    L:settle L:contact L:agent
+5m st d0.labels op2                                        # row 21
    W1 W2 PL1 G1 G2 C1 F1 PA1..PA4 M1 S1..S3 RT1 EP1 AP1 FG1 FG2
11:40 rc arrival op1                                        # row 12
    P:cr E:box D:SEAL-{serial}-1 seal-state:intact
11:42 rc transport-temperature op1                          # row 13
    E:log file:read lowest=low highest=high
11:45 rc tubes-received op1                                 # row 14
    T1..T5 appearance:good labels:legible weight=weight
11:55 rc receipt-items op1+op2                              # row 15
    D:FORM-{serial} site:checked date:checked donor:checked collection:checked transport:checked other:checked witness
12:05 rc receipt mm sign                                    # row 16
    judgement:accept

# ── C, D. Day 0 ─────────────────────────────────────────────────────────────────────────────────────────

# rows 17-19: fitness at gowning, the room, the incubator
12:06 gw d0.opening.fitness op1
    symptoms:none skin:none microbes:none
12:08 gw d0.opening.fitness op2
    symptoms:none skin:none microbes:none
12:16 b2 d0.opening.room op2
    pressure=pa temperature=room airflow:normal particles:started cleaning:recorded
12:19 b2 d0.opening.incubator op2
    E:inc temperature=warm co2=co2 logger:agrees

# rows 22-25: both in, the cabinet for this donor alone, line clearance, plates
12:27 b2 d0.entry.cabinet op1+op2
    E:bsc E:tray
12:28 b2 d0.entry.clearance op1+op2
    cabinet-empty:none labels:none waste:empty witness
12:30 b2 d0.entry.plates op1+op2
    EP1 AP1

12:33 b2 d0.tubes-in op2+op1                                # row 26
    T1..T5
12:35 b2 d0.vessels op2+op1                                 # row 27
    W1 W2 PL1 G1 G2 C1 F1
12:40 b2 d0.pool op1+op2                                    # row 28
    W1 W2 volume=pooled witness
12:50 b2 d0.spin-1.load op2+op1                             # row 29
    W1 W2 E:cf
+18m b2 d0.spin-1.unload op2+op1                           # row 30
    E:cf W1 W2 force=400 display:as-programme
13:12 b2 d0.plasma op1+op2                                  # row 31
    PL1 volume=plasma colour:clear
+1m b2 d0.start-sample op1+op2
    S2
13:15 b2 d0.inactivate op2+op1                              # row 32
    PL1 E:hb temperature=56.0
13:20 b2 d0.gradient op1+op2                                # row 33
    L:density/1 L:buffer/1 G1 G2
13:24 b2 d0.spin-2.load op2+op1
    G1 G2 E:cf
13:47 b2 d0.aliquots op2+op1                                # row 34
    E:hb PL1 spun:clear PA1..PA4 volume=aliquot W:plasma
13:58 b2 d0.spin-2.unload op2+op1                           # row 33
    E:cf G1 G2 force=400 display:as-programme
14:05 b2 d0.interface op1+op2                               # row 35
    C1 L:buffer/1
14:12 b2 d0.spin-3.load op2+op1
    C1 E:cf
+12m b2 d0.spin-3.unload op2+op1
    E:cf C1 force=300 display:as-programme
14:28 b2 d0.spin-4.load op2+op1
    C1 E:cf
+12m b2 d0.spin-4.unload op2+op1
    E:cf C1 force=300 display:as-programme
14:50 b2 d0.samples op1+op2                                 # row 36
    S1 S3 RT1
14:52 b2 d0.pass.out op2+op1                                # row 37
    S2 S3 RT1
14:55 qc d0.pass.in qc1
    S2 S3 RT1
# row 38
15:00 b2 d0.count.cells op2+op1
    S1 live-1=l0a dead-1=d0a live-2=l0b dead-2=d0b volume=10.0 witness
15:05 b2 d0.medium op2+op1                                  # row 39
    L:basal/1 L:il2/1 L:il15/1 PA1 M1 units=50000 mass=500 witness
15:12 b2 d0.culture op1+op2                                 # row 40
    L:stim/1 C1 M1 F1 cells=seeded volume=50.0 witness
15:20 b2 d0.shelf op2+op1                                   # row 41
    E:inc W:shelf1 F1

# row 42: finger plates of the operator, plates closed
15:25 b2 d0.collect.plates op1+op2
    FG1 FG2 EP1 AP1

15:28 b2 d0.discard op1+op2                                 # row 43
    T1..T5 W1 W2 PL1 G1 G2 C1

# rows 43, 44: lots closed, wiped, the cabinet free again; the operator countersigns
15:32 b2 d0.closing.close op1+op2
    L:il2/1 rest:used-up L:agent wiped:done E:tray E:bsc witness
15:44 qa d0.closing.countersign op1 sign
    list:agrees
15:46 qc d0.env.incubate qc1
    E:pinc all:all

# row 53: the samples of D0 at quality
15:55 qc qc.phenotype-d0.start qc1
    S3 L:ab E:fcm
16:00 qc d0.retain qc1
    W:fz1 RT1
16:05 qc qc.sterility-d0.start qc1
    S2 L:bottle E:sinc
16:40 qc qc.phenotype-d0.result qc1
    controls:valid value=nk0

# ── E. Culture ──────────────────────────────────────────────────────────────────────────────────────────
# row 45: the daily look, not opened
day 1
09:00 gw d0.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    F1 appearance:normal

day 2
09:00 gw d0.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    F1 appearance:normal

# D3: feed (rows 46-48)
day 3

# rows 20, 21: lots on the tray, labels printed and counted
08:30 st d3.tray op2
    E:tray L:pip L:basal/2 L:il2/2 L:settle L:agent
08:35 st d3.labels op2
    M2 EP2 AP2 FG3 FG4

# rows 17-19: fitness at gowning, the room, the incubator
08:45 gw d3.opening.fitness op1
    symptoms:none skin:none microbes:none
08:47 gw d3.opening.fitness op2
    symptoms:none skin:none microbes:none
08:55 b2 d3.opening.room op2
    pressure=pa temperature=room airflow:normal particles:started cleaning:recorded
08:58 b2 d3.opening.incubator op2
    E:inc temperature=warm co2=co2 logger:agrees

# rows 22-25: both in, the cabinet for this donor alone, line clearance, plates
09:20 b2 d3.entry.cabinet op1+op2
    E:bsc E:tray
09:21 b2 d3.entry.clearance op1+op2
    cabinet-empty:none labels:none waste:empty witness
09:23 b2 d3.entry.plates op1+op2
    EP2 AP2

09:30 b2 d3.out op1+op2                                     # row 47
    W:shelf1 F1 appearance:normal
09:34 b2 d3.medium op2+op1
    L:basal/2 L:il2/2 PA2 M2 witness
09:40 b2 d3.feed op1+op2
    M2 F1 volume=50.0
09:48 b2 d3.back op2+op1
    W:shelf1 F1

# row 42: finger plates of the operator, plates closed
09:55 b2 d3.collect.plates op1+op2
    FG3 FG4 EP2 AP2

# rows 43, 44: lots closed, wiped, the cabinet free again; the operator countersigns
10:05 b2 d3.closing.close op1+op2
    L:il2/2 rest:used-up L:agent wiped:done E:tray E:bsc witness
10:17 qa d3.closing.countersign op1 sign
    list:agrees
10:19 qc d3.env.incubate qc1
    E:pinc all:all

day 4
09:00 gw d3.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    F1 appearance:normal

day 5
09:00 gw d3.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    F1 appearance:normal

# D6: count, flask to bag, in-process sterility (rows 49, 50)
day 6

# rows 20, 21: lots on the tray, labels printed and counted
08:30 st d6.tray op2
    E:tray L:pip L:dye L:basal/3 L:il2/3 L:cbag L:settle L:agent
08:35 st d6.labels op2
    K1 M3 S4 S5 EP3 AP3 FG5 FG6

# rows 17-19: fitness at gowning, the room, the incubator
08:45 gw d6.opening.fitness op1
    symptoms:none skin:none microbes:none
08:47 gw d6.opening.fitness op2
    symptoms:none skin:none microbes:none
08:55 b2 d6.opening.room op2
    pressure=pa temperature=room airflow:normal particles:started cleaning:recorded
08:58 b2 d6.opening.incubator op2
    E:inc temperature=warm co2=co2 logger:agrees

# rows 22-25: both in, the cabinet for this donor alone, line clearance, plates
09:20 b2 d6.entry.cabinet op1+op2
    E:bsc E:tray
09:21 b2 d6.entry.clearance op1+op2
    cabinet-empty:none labels:none waste:empty witness
09:23 b2 d6.entry.plates op1+op2
    EP3 AP3

09:30 b2 d6.out op1+op2
    W:shelf1 F1 appearance:normal
09:33 b2 d6.samples op1+op2
    S4 S5

09:36 b2 d6.count.cells op2+op1
    S4 live-1=l6a dead-1=d6a live-2=l6b dead-2=d6b volume=100.0 witness

09:42 b2 d6.pass.out op2+op1
    S5
09:45 qc d6.pass.in qc1
    S5
09:48 b2 d6.medium op2+op1
    L:basal/3 L:il2/3 PA3 M3 witness
09:55 b2 d6.transfer op1+op2
    F1 M3 K1 volume=vol9 witness
10:05 b2 d6.back op2+op1
    W:shelf1 K1

# row 42: finger plates of the operator, plates closed
10:10 b2 d6.collect.plates op1+op2
    FG5 FG6 EP3 AP3

10:12 b2 d6.discard op1+op2
    F1

# rows 43, 44: lots closed, wiped, the cabinet free again; the operator countersigns
10:18 b2 d6.closing.close op1+op2
    L:il2/3 rest:used-up L:agent wiped:done E:tray E:bsc witness
10:30 qa d6.closing.countersign op1 sign
    list:agrees
10:32 qc d6.env.incubate qc1
    E:pinc all:all

10:40 qc qc.sterility-d6.start qc1                          # row 50, 53
    S5 L:bottle E:sinc

# row 80: plates of D0
11:00 qc d0.env.read qc1
    EP1 settle-cfu=0 AP1 air-cfu=0 FG1 FG2 finger-cfu=0

13:00 qa judgement-start qm sign                            # row 54
    phenotype:pass
day 7
09:00 gw d6.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    K1 appearance:normal

day 8
09:00 gw d6.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    K1 appearance:normal

# D9: split to two bags (row 51)
day 9

# rows 20, 21: lots on the tray, labels printed and counted
08:30 st d9.tray op2
    E:tray L:pip L:dye L:basal/4 L:il2/4 L:cbag L:settle L:agent
08:35 st d9.labels op2
    K2 M4 S6 EP4 AP4 FG7 FG8

# rows 17-19: fitness at gowning, the room, the incubator
08:45 gw d9.opening.fitness op1
    symptoms:none skin:none microbes:none
08:47 gw d9.opening.fitness op2
    symptoms:none skin:none microbes:none
08:55 b2 d9.opening.room op2
    pressure=pa temperature=room airflow:normal particles:started cleaning:recorded
08:58 b2 d9.opening.incubator op2
    E:inc temperature=warm co2=co2 logger:agrees

# rows 22-25: both in, the cabinet for this donor alone, line clearance, plates
09:20 b2 d9.entry.cabinet op1+op2
    E:bsc E:tray
09:21 b2 d9.entry.clearance op1+op2
    cabinet-empty:none labels:none waste:empty witness
09:23 b2 d9.entry.plates op1+op2
    EP4 AP4

09:30 b2 d9.out op1+op2
    W:shelf1 K1 appearance:normal
09:33 b2 d9.samples op1+op2
    S6

09:36 b2 d9.count.cells op2+op1
    S6 live-1=l9a dead-1=d9a live-2=l9b dead-2=d9b volume=vol9 witness

09:46 b2 d9.medium op2+op1
    L:basal/4 L:il2/4 PA4 M4 W:plasma volume=added9 witness
09:55 b2 d9.split op1+op2
    K1 M4 K2 first=half9a second=half9b witness
10:10 b2 d9.back op2+op1
    W:shelf1 W:shelf2 K1 K2

# row 42: finger plates of the operator, plates closed
10:15 b2 d9.collect.plates op1+op2
    FG7 FG8 EP4 AP4

# rows 43, 44: lots closed, wiped, the cabinet free again; the operator countersigns
10:22 b2 d9.closing.close op1+op2
    L:il2/4 rest:used-up L:agent wiped:done E:tray E:bsc witness
10:34 qa d9.closing.countersign op1 sign
    list:agrees
10:36 qc d9.env.incubate qc1
    E:pinc all:all

# row 80: plates of D3
11:00 qc d3.env.read qc1
    EP2 settle-cfu=0 AP2 air-cfu=0 FG3 FG4 finger-cfu=0

day 10
09:00 gw d9.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    K1 appearance:normal

+1m b2 look op1
    K2 appearance:normal

# D11: in-process tests of each bag (rows 52, 53)
day 11

# rows 20, 21: lots on the tray, labels printed and counted
08:30 st d11.tray op2
    E:tray L:pip L:dye L:il2/5 L:settle L:agent
08:35 st d11.labels op2
    S7..S13 EP5 AP5 FG9 FG10

# rows 17-19: fitness at gowning, the room, the incubator
08:45 gw d11.opening.fitness op1
    symptoms:none skin:none microbes:none
08:47 gw d11.opening.fitness op2
    symptoms:none skin:none microbes:none
08:55 b2 d11.opening.room op2
    pressure=pa temperature=room airflow:normal particles:started cleaning:recorded
08:58 b2 d11.opening.incubator op2
    E:inc temperature=warm co2=co2 logger:agrees

# rows 22-25: both in, the cabinet for this donor alone, line clearance, plates
09:20 b2 d11.entry.cabinet op1+op2
    E:bsc E:tray
09:21 b2 d11.entry.clearance op1+op2
    cabinet-empty:none labels:none waste:empty witness
09:23 b2 d11.entry.plates op1+op2
    EP5 AP5

09:30 b2 d11.out op1+op2
    K1 K2 appearance:normal
09:34 b2 d11.samples op1+op2
    S7 S8 S9 S10 S11 S12 S13

09:40 b2 d11.count.cells op2+op1
    S7 live-1=l11a dead-1=d11a live-2=l11b dead-2=d11b volume=1600 witness

09:48 b2 d11.pass.out op2+op1
    S8..S13
09:52 qc d11.pass.in qc1
    S8..S13
09:55 b2 d11.top-up op1+op2
    L:il2/5 K1 K2 units=200000 witness
10:05 b2 d11.back op2+op1
    W:shelf1 W:shelf2 K1 K2

# row 42: finger plates of the operator, plates closed
10:10 b2 d11.collect.plates op1+op2
    FG9 FG10 EP5 AP5

# rows 43, 44: lots closed, wiped, the cabinet free again; the operator countersigns
10:18 b2 d11.closing.close op1+op2
    L:il2/5 rest:used-up L:agent wiped:done E:tray E:bsc witness
10:30 qa d11.closing.countersign op1 sign
    list:agrees
10:32 qc d11.env.incubate qc1
    E:pinc all:all

# row 53
10:40 qc qc.sterility-d11.start qc1
    S8 L:bottle E:sinc
10:44 qc qc.sterility-d11b.start qc1
    S11 L:bottle E:sinc
10:50 qc qc.mycoplasma-d11.start qc1
    S9 L:myc E:pcr
10:54 qc qc.mycoplasma-d11b.start qc1
    S12 L:myc E:pcr
11:00 qc qc.endotoxin-d11.start qc1
    S10 L:edt E:mpr
11:04 qc qc.endotoxin-d11b.start qc1
    S13 L:edt E:mpr
12:30 qc qc.endotoxin-d11.result qc1
    controls:valid value=endo
12:34 qc qc.endotoxin-d11b.result qc1
    controls:valid value=endo
14:30 qc qc.mycoplasma-d11.result qc1
    controls:valid finding:negative
14:34 qc qc.mycoplasma-d11b.result qc1
    controls:valid finding:negative
day 12
09:00 gw d11.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    K1 appearance:normal

+1m b2 look op1
    K2 appearance:normal

# row 80: plates of D6
10:00 qc d6.env.read qc1
    EP3 settle-cfu=0 AP3 air-cfu=0 FG5 FG6 finger-cfu=0

10:20 qc qc.interim-d6.read qc1
    growth:none
11:00 qa judgement-d6 qm sign                               # row 54
    sterility:pass
day 13
09:00 gw d11.opening.fitness-other op1
    symptoms:none skin:none microbes:none

+10m b2 look op1
    K1 appearance:normal

+1m b2 look op1
    K2 appearance:normal

10:00 qc qc.interim-d11.read qc1
    growth:none
10:04 qc qc.interim-d11b.read qc1
    growth:none
11:00 qa judgement-d11 qm sign
    sterility:pass mycoplasma:pass endotoxin:pass
13:00 cl clinic-confirms co form                            # row 55
    condition:good infusion-date:{D14} place:as-ordered
15:00 qa harvest-go mm sign
    cells:reached in-process:pass

# ── F. Harvest ──────────────────────────────────────────────────────────────────────────────────────────
day 14

# rows 20, 21: lots on the tray, labels printed and counted
07:30 st d14.tray op2                                       # row 56
    E:tray L:pip L:htube L:ct50 L:stube L:dye L:saline/1 L:albumin/1 L:mesh L:pbag L:settle L:contact L:agent
07:36 st d14.labels op2
    X1..X5 C2 S14..S21 RT2 EP6 AP6 FG11 FG12

# rows 17-19: fitness at gowning, the room, the incubator
07:50 gw d14.opening.fitness op1
    symptoms:none skin:none microbes:none
07:52 gw d14.opening.fitness op2
    symptoms:none skin:none microbes:none
08:00 b2 d14.opening.room op2
    pressure=pa temperature=room airflow:normal particles:started cleaning:recorded
08:03 b2 d14.opening.incubator op2
    E:inc temperature=warm co2=co2 logger:agrees

# rows 22-25: both in, the cabinet for this donor alone, line clearance, plates
08:22 b2 d14.entry.cabinet op1+op2
    E:bsc E:tray
08:23 b2 d14.entry.clearance op1+op2
    cabinet-empty:none labels:none waste:empty witness
08:25 b2 d14.entry.plates op1+op2
    EP6 AP6

08:30 b2 d14.out op2+op1                                    # row 57
    W:shelf1 W:shelf2 K1 K2 appearance:normal
08:40 b2 d14.tubes op1+op2                                  # row 58
    K1 K2 X1..X4 volume=harvest
08:48 b2 d14.spin-1.load op2+op1
    X1..X4 E:cf
+20m b2 d14.spin-1.unload op2+op1
    E:cf X1..X4 force=400 display:as-programme
09:20 b2 d14.pool op1+op2                                   # row 59
    L:saline/1 X1..X4 X5
09:24 b2 d14.spin-2.load op2+op1
    X5 E:cf
+12m b2 d14.spin-2.unload op2+op1
    E:cf X5 force=300 display:as-programme
09:40 b2 d14.spin-3.load op2+op1
    X5 E:cf
+12m b2 d14.spin-3.unload op2+op1
    E:cf X5 force=300 display:as-programme
10:00 b2 d14.suspend op1+op2                                # row 60
    L:saline/1 L:albumin/1 L:mesh X5 C2 volume=final witness
10:05 b2 d14.samples op1+op2                                # row 61
    S14 S15 S16 S17 S18 S19 S20 S21 RT2 volume=taken
10:10 b2 d14.pass.out op2+op1
    S15..S21 RT2
10:13 qc d14.pass.in qc1
    S15..S21 RT2

10:14 b2 d14.count.cells op2+op1
    S14 live-1=l14a dead-1=d14a live-2=l14b dead-2=d14b volume=final witness

10:20 b2 d14.fill op1+op2                                   # row 62
    L:pbag C2 volume==filled inspection:good witness
10:30 st d14.label-print op2                                # row 63
    FP1
10:33 b2 d14.label-on op1+op2
    FP1 content:agrees witness
10:36 b2 d14.quarantine op2                                 # row 64
    W:quar FP1

# row 42: finger plates of the operator, plates closed
10:40 b2 d14.collect.plates op1+op2
    FG11 FG12 EP6 AP6

10:42 b2 d14.discard op1+op2
    K1 K2 X5 C2

# rows 43, 44: lots closed, wiped, the cabinet free again; the operator countersigns
10:46 b2 d14.closing.close op1+op2
    L:albumin/1 rest:used-up L:agent wiped:done E:tray E:bsc witness
10:58 qa d14.closing.countersign op1 sign
    list:agrees
11:00 qc d14.env.incubate qc1
    E:pinc all:all

# ── G. Tests, reviews, decision ─────────────────────────────────────────────────────────────────────────
11:04 qc qc.count qc1                                       # row 60
    S15 live=qcl dead=qcd
11:08 qc qc.sterility-d14.start qc1                         # row 66
    S16 S17 L:bottle E:sinc
11:12 qc qc.gram.start qc1                                  # row 67
    S18 L:gram E:mic
11:18 qc qc.endotoxin.start qc1
    S19 L:edt E:mpr
11:22 qc qc.mycoplasma.start qc1
    S20 L:myc E:pcr
11:26 qc qc.phenotype.start qc1
    S21 L:ab E:fcm
11:30 qc d14.retain qc1                                     # row 61
    W:fz2 RT2
11:40 qc qc.gram.result qc1
    controls:valid finding:negative
12:30 qc qc.endotoxin.result qc1
    controls:valid value=endo
12:40 qc qc.phenotype.result qc1
    controls:valid value=nk14
13:00 qc qc.final-d0.read qc1+qc3
    growth:none witness

# row 80: plates of D9
13:10 qc d9.env.read qc1
    EP4 settle-cfu=0 AP4 air-cfu=0 FG7 FG8 finger-cfu=0

13:20 qc qc.mycoplasma.result qc1
    controls:valid finding:negative
13:35 qa judgement qm sign                                  # row 68
    viability:pass gram:pass endotoxin:pass mycoplasma:pass phenotype:pass start-sterility:pass
13:50 qa report mm sign                                     # row 69
    review:reviewed
14:15 qa confirmation qm sign                               # row 70
    audit-trail:reviewed
14:30 qa decision qm sign gate                              # row 71
    disposition:released-pending
    shown:d11.env.read,d14.env.read,qc.final-d6.read,qc.final-d11.read,qc.final-d11b.read,late.r3,late.r7,late.r14,late.judgement
14:35 qa certificate qm form                                # row 72
    certificate/D:CERT-{serial} content:same

# ── H. Shipping, infusion, late results ─────────────────────────────────────────────────────────────────
14:50 sh ship-check op2+op1                                 # row 73
    W:quar FP1 D:CERT-{serial} E:log E:box D:SEAL-{serial}-2 destination:agrees witness
15:00 sh ship op2                                           # row 74
    E:box P:cr method:car
15:50 cl clinic-receipt n1                                  # row 75
    E:box D:SEAL-{serial}-2 E:log FP1 temperature:in-range appearance:good
16:10 cl physician-go dr sign                               # row 76
    certificate/D:CERT-{serial} overview:agrees
16:20 cl bedside n1 form                                    # row 77
    name="{kana}" birth-date:{birth} wristband/N:{patient}
16:25 cl infusion-start n1+n2
    N:{patient} FP1 D:LINE-{serial} witness
17:10 cl infusion-end n1                                    # row 78
    FP1 volume=given reactions:none
17:30 cl administration n1 form                             # row 79
    provided:{D14} course:uneventful
day 16
# row 80: plates of D11
10:00 qc d11.env.read qc1
    EP5 settle-cfu=0 AP5 air-cfu=0 FG9 FG10 finger-cfu=0

day 17
10:00 qc late.r3 qc1                                        # row 81
    growth:none
day 20
10:00 qc qc.final-d6.read qc1+qc3
    growth:none witness
# row 80: plates of D14
10:20 qc d14.env.read qc1
    EP6 settle-cfu=0 AP6 air-cfu=0 FG11 FG12 finger-cfu=0

day 21
10:00 qc late.r7 qc1
    growth:none
day 25
10:00 qc qc.final-d11.read qc1+qc3
    growth:none witness
10:10 qc qc.final-d11b.read qc1+qc3
    growth:none witness
day 28
10:00 qc late.r14 qc1+qc3                                   # row 82
    growth:none witness
11:00 qa late.judgement qm sign
    product:pass in-process:pass
day 29
10:00 qa supplement qm form                                 # row 83
    supplement/D:SUPP-{serial}
11:00 qa complete qm sign gate
    pending:none
+1m - state closed
