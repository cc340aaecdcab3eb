# The line is away while the flask is open: the cells are not. The station keeps its own list, signed by its key, and
# brings it in order afterwards with both times; the recorder had seen that it was away, and believes them. A request
# sent twice is one entry (bench rule 12).
case system-away "システム停止中の作業" "When the system is away"
instead d3.feed
09:40 b2 d3.feed op1+op2 late=offline claim=-25m
    M2 resend F1 resend volume=50.0 resend
