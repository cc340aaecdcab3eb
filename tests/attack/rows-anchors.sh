# shellcheck shell=bash
# Row 10, and the part of row 5 that nothing inside can see: a second facility as witness (WORK/witness).

WITNESS=$WORK/witness

witness_found() {
    local own=$WITNESS/facility
    "$RIG" up "$WITNESS" --init --origin --init training.witness/cpf
    "$WITNESS/bin/cpfctl" witness init --name training.witness/neighbour --key "$own/witness.key" \
        --passphrase-file "$own/witness.pass" --light >"$own/witness.vkey"
    printf 'log %s\nquorum none\n' "$(<"$DIR/facility/vkey")" >"$own/witness-logs.txt"
    cat >>"$own/cpfd.yaml" <<CONF
witness_key: "$own/witness.key"
witness_name: "training.witness/neighbour"
witness_passphrase: "$own/witness.pass"
witness_logs: "$own/witness-logs.txt"
CONF
    "$RIG" save "$WITNESS" base
}

# The facility asks the witness, and its policy demands its cosignature. The witness knows nothing of it yet.
witnessed() {
    local own=$DIR/facility
    "$RIG" restore "$WITNESS" base
    printf 'log %s\nwitness neighbour %s https://127.0.0.1:%s/witness\nquorum neighbour\n' "$(<"$own/vkey")" \
        "$(<"$WITNESS/facility/witness.vkey")" "$(<"$WITNESS/port")" >"$WORK/policy"
    printf 'log %s\nquorum none\n' "$(<"$own/vkey")" >"$WORK/policy.none"
    cp "$WORK/policy" "$own/evidence/policy.txt"
    printf 'witness_ca: "%s"\nwitness_interval_s: 0\n' "$WITNESS/facility/ca.pem" >>"$own/cpfd.yaml"
    start_again
    anchor
}
anchor() { "$DIR/bin/cpfctl" --dir "$DIR/facility" anchor; }

# ---- 5: database and signer put back together ----

case_both_restored_witness() {
    done_so 'a snapshot of database AND cpf-signer put back; a witness has seen the log grow since'
    witnessed
    "$RIG" save "$DIR" before
    work_on
    anchor
    evil "$RIG" restore "$DIR" before
    if [[ $MODE == off ]]; then rm "$DIR/facility/evidence/policy.txt"; fi
    steady cpfd start_again
    watch witness 4 'rolled-back.*' anchor
    rm -rf "$DIR/save.before"
}

# ---- 10: the log key stolen ----

# What the inspector asks for; without it (off) a signature by the log's key is enough.
held_policy() {
    if [[ $MODE == off ]]; then echo "$WORK/policy.none"; else echo "$WORK/policy"; fi
}

# A fork: another history under the real key, with every checkpoint.
case_key_fork() {
    local idx
    idx=$(scanned "batch/$CLOSED")
    done_so "thief: entry $idx rewritten, and every checkpoint from there on signed with the stolen key; the witness's cosignatures do not fit"
    witnessed
    stop cpfd
    evil stolen_rewrite "$idx"
    steady audit-blind audit
    bundle "$CLOSED" "$WORK/bundle.zip" "{\"size\": $(query 'select size from cpf.log_head')}"
    watch cpf-verify 13 '\[quorum.missing\]' verify "$WORK/bundle.zip" --policy "$(held_policy)"
}

stolen_rewrite() {
    forge "$1" '"performed":"OP' '"performed":"QP' --key "$(log_key)"
    dba 'delete from cpf.cosignature; select cpf.project_reset()'
}

# Two notes of one size: nothing else is needed to prove it.
case_key_two_notes() {
    local idx known=()
    idx=$(scanned "batch/$CLOSED")
    done_so "the same fork, shown to somebody who holds a checkpoint from before: two notes under one key"
    printf '%s\n' "$(query 'select note from cpf.log_head')" >"$WORK/note"
    stop cpfd
    evil stolen_rewrite "$idx"
    if [[ $MODE != off ]]; then known=(--known-checkpoint "$WORK/note"); fi
    watch cpf-verify 19 '\[known.fork\]' inspect "$CLOSED" "${known[@]}"
}

# Back-dated: appended after the theft, dated before it.
case_key_backdated() {
    local idx
    idx=$(scanned "batch/$CLOSED" 4)
    done_so "thief: an entry dated 2026-12-02 and a closing appended to $CLOSED with the stolen key; no witness saw it"
    witnessed
    stop cpfd
    evil puppet "$idx" "batch/$CLOSED" --close --at 2026-12-02T01:00:00.000Z --offline "$(log_key)"
    steady audit-blind audit
    bundle "$CLOSED" "$WORK/bundle.zip" "{\"size\": $(query 'select size from cpf.log_head')}"
    watch cpf-verify 13 '\[quorum.missing\]' verify "$WORK/bundle.zip" --policy "$(held_policy)"
}
