# shellcheck shell=bash
# Rows 11 to 13, 18: what is wrong with a bundle itself, with the acts in it, or with what its reports were made with.

# ---- 11: something left out ----

# doctored HOW N: the bundle of the closed batch, as somebody shows it.
doctored() {
    bundle "$CLOSED" "$WORK/whole.zip"
    cp "$WORK/whole.zip" "$WORK/shown.zip"
    evil "$TOP/tests/attack/doctor" "$WORK/whole.zip" "$WORK/shown.zip" "$@"
}

case_left_out_middle() {
    done_so 'entry 00200 and its proof taken out of the bundle; MANIFEST.sha256 made anew'
    doctored drop 200
    watch cpf-verify 16 '\[stream.gap\] entries/00200' verify "$WORK/shown.zip"
}

case_left_out_renumbered() {
    done_so 'entry 00200 taken out, those behind it renumbered, count and MANIFEST.sha256 made anew'
    doctored renumber 200
    watch cpf-verify 15 '\[entry.name\] entries/00200' verify "$WORK/shown.zip"
}

case_left_out_tail() {
    done_so 'the last 30 entries taken out (the closing too), count and MANIFEST.sha256 made anew'
    doctored tail 30
    watch cpf-verify 16 '\[(stream.open|map.count)\]' verify "$WORK/shown.zip"
}

# ---- 12: an old bundle ----

case_old_bundle() {
    local known=()
    done_so 'the bundle made before; the inspector holds a checkpoint that was printed since (QR)'
    bundle "$CLOSED" "$WORK/shown.zip"
    work_on
    query 'select note from cpf.log_head' | head -n 3 >"$WORK/printed"
    if [[ $MODE == silent ]]; then bundle "$CLOSED" "$WORK/shown.zip"; fi
    if [[ $MODE != off ]]; then known=(--known-checkpoint "$WORK/printed"); fi
    watch cpf-verify 19 '\[known.newer\]' verify "$WORK/shown.zip" "${known[@]}"
}

# ---- 13: persons' acts ----

# An act that somebody signed for the closed batch, put into the open one by whoever rules cpfd: proved, and signed by
# the log like everything else. (In the closed one its closing and the map of streams would tell first.)
signed_act() {
    query "select idx from cpf.entry where stream = 'batch/$CLOSED' and kind = 'step.signed' order by idx limit 1"
}

case_act_copied() {
    local idx
    idx=$(signed_act)
    done_so "taken-over daemon: the signed act $idx of $CLOSED copied into $OPEN"
    stop cpfd
    evil puppet "$idx" "batch/$OPEN"
    watch cpf-verify 20 '\[act.says\]' inspect "$OPEN"
}

case_act_altered() {
    local idx
    idx=$(signed_act)
    done_so "the same, the batch changed in the signed text too; the signature stays"
    stop cpfd
    evil puppet "$idx" "batch/$OPEN" --replace "$CLOSED" "$OPEN"
    watch cpf-verify 20 '\[act.signature\]' inspect "$OPEN"
}

case_act_other_key() {
    local idx
    idx=$(signed_act)
    done_so 'the same, signed anew by a key that nobody enrolled'
    stop cpfd
    evil puppet "$idx" "batch/$OPEN" --replace "$CLOSED" "$OPEN" --sign "$OWN_KEY"
    watch cpf-verify 20 '\[act.key\]' inspect "$OPEN"
}

# ---- 18: unsigned words ----

case_other_words() {
    done_so 'one line of report-words.yaml says "rejected" of what was released; a bundle made with it'
    rm -rf "${WORK:?}/etc"
    cp -r "$TOP/etc" "$WORK/etc"
    evil sed -i '/^state.released:/s/{.*/{ja: 不合格, en: rejected}/' "$WORK/etc/report-words.yaml"
    bundle "$CLOSED" "$WORK/bundle.zip" '{"report": true}' "{\"texts\": \"$WORK/etc\"}"
    watch cpf-verify 21 '\[report.words\] report.json' verify "$WORK/bundle.zip"
}
