# Ordered, read a second time: manufacturing may instruct it.
case ordered "指図待ち" "Waiting for its instruction"
begins 27
until second-reading
