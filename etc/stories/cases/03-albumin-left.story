# Half a vial of the other patient's albumin is kept for this one (R 99(1)11, 20): refused at the bench.
case albumin-left "少し残ったアルブミン" "A little albumin left"
needs neighbour
before d14.suspend
09:58 b2 d14.suspend op1+op2 ...
    neighbour:L:albumin/1 !lot.other-batch
instead d14.closing.close
10:46 b2 d14.closing.close op1+op2
    L:albumin/1 rest:kept !option.refuse rest:used-up L:agent wiped:done E:tray E:bsc witness
