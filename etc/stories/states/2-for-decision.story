# Harvested today, reported by manufacturing: quality's confirmation and the decision are due before the product expires.
case for-decision "判定待ち" "Waiting for the decision"
begins 4
until report
