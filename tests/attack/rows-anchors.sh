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
# An entry of the open batch that no map of streams counts yet: what is mapped the maps would tell.
unmapped() {
    query "select min(idx) from cpf.entry where stream = 'batch/$OPEN' and kind = 'step.input' and body like '%\"performed\":\"OP%'
        and idx > (select max(idx) from cpf.entry where kind = 'log.batch-map')"
}

case_key_fork() {
    local idx
    idx=$(unmapped)
    done_so "thief: entry $idx rewritten, and every checkpoint from there on signed with the stolen key; the witness's cosignatures do not fit"
    witnessed
    "$RIG" kill "$DIR" cpfd # its end would be an entry that nobody cosigned
    evil stolen_rewrite "$idx"
    steady audit-blind audit
    bundle "$OPEN" "$WORK/bundle.zip" "{\"size\": $(query 'select size from cpf.log_head')}"
    watch cpf-verify 13 '\[quorum.missing\]' verify "$WORK/bundle.zip" --policy "$(held_policy)"
}

stolen_rewrite() {
    forge "$1" '"performed":"OP' '"performed":"QP' --key "$(log_key)"
    dba 'delete from cpf.cosignature; select cpf.project_reset()'
}

# Two notes of one size: nothing else is needed to prove it.
case_key_two_notes() {
    local idx known=()
    idx=$(unmapped)
    done_so "the same fork, shown to somebody who holds a checkpoint from before: two notes under one key"
    "$RIG" kill "$DIR" cpfd
    printf '%s\n' "$(query 'select note from cpf.log_head')" >"$WORK/note"
    evil stolen_rewrite "$idx"
    if [[ $MODE != off ]]; then known=(--known-checkpoint "$WORK/note"); fi
    watch cpf-verify 19 '\[known.fork\]' inspect "$OPEN" "${known[@]}"
}

# Back-dated: appended after the theft, dated before it.
case_key_backdated() {
    local idx
    idx=$(scanned "batch/$OPEN" 4)
    done_so "thief: an entry dated 2026-12-02 appended to $OPEN with the stolen key; no witness saw it"
    witnessed
    "$RIG" kill "$DIR" cpfd
    evil puppet "$idx" "batch/$OPEN" --at 2026-12-02T01:00:00.000Z --offline "$(log_key)"
    steady audit-blind audit
    bundle "$OPEN" "$WORK/bundle.zip" "{\"size\": $(query 'select size from cpf.log_head')}"
    watch cpf-verify 13 '\[quorum.missing\]' verify "$WORK/bundle.zip" --policy "$(held_policy)"
}

# ---- 10, in a real log: its clock is the machine's, and its root key demands time stamps ----

REAL=$WORK/real
# shellcheck disable=SC2034 # tests/rig/tsa.sh
TSA=$WORK/tsa

# The root key of two custodians; manifests with and without the demand that each entry be stamped within an hour.
real_found() {
    local root=$REAL/root name
    "$RIG" up "$REAL" --real
    tsa_up
    mkdir -p "$root" "$REAL/facility/evidence/timestamps"
    (umask 077 && printf 'the first custodian of all\n' >"$root/one" && printf 'and the second custodian\n' >"$root/two")
    printf 'stamp_url: "http://127.0.0.1:%s/tsr"\nstamp_interval_s: 0\nwitness_interval_s: 0\n' "$(<"$TSA/port")" >>"$REAL/facility/cpfd.yaml"
    cp "$TSA/tsa.pem" "$REAL/facility/evidence/timestamps/tsa.pem"
    cp "$TSA/root.pem" "$REAL/facility/evidence/timestamps/chain.pem"
    real_custodians root --origin "$(cut -d+ -f1 "$REAL/facility/vkey")"
    for name in plain stamp; do
        set -- add log "$REAL/facility/vkey" 0 add tsa "$TSA/tsa.pem" 0
        if [[ $name == stamp ]]; then set -- "$@" add stamp 3600 0; fi
        real_custodians sign --out "$root/manifest.$name" "$@"
    done
    cp "$root/root.txt" "$REAL/facility/evidence/keys/root.txt"
    for name in QM MM; do
        (umask 077 && printf 'not-the-sample-%s-password\n' "${name,,}" >"$root/$name")
        "$REAL/bin/cpfctl" --dir "$REAL/facility" protocol approve nk-autologous 2026-11 --as "$name" --password-file "$root/$name" \
            </dev/null >"$WORK/words"
    done
    "$RIG" save "$REAL" base
}

# real_custodians root|sign OPTION...
real_custodians() {
    local root=$REAL/root what=$1
    shift
    "$REAL/bin/cpfctl" keys "$what" --key "$root/key" --root "$root/root.txt" --custodian-file "$root/one" \
        --custodian-file "$root/two" "$@" </dev/null >"$WORK/words" 2>&1
}

# A doctor's order, as a station sends it.
real_order() {
    local body
    body=$(python3 -c 'import json, os, sys, time, datetime
ms, r = int(time.time() * 1000), int.from_bytes(os.urandom(10), "big")
h = "%032x" % (ms << 80 | 7 << 76 | (r >> 62 & 0xfff) << 64 | 2 << 62 | r & (1 << 62) - 1)
day = lambda n: (datetime.date.today() + datetime.timedelta(n)).isoformat()
print(json.dumps({"id": "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:])), "badge": "P-CO-Z",
    "password": "not-the-sample-co-password", "step": "order", "protocol": "nk-autologous", "fields": {
    "patient": "P000812", "name-kanji": "\u91ce", "name-kana": "\u30ce", "name-latin": "No", "birth-date": "1963-08-17",
    "plan": "PC5170071", "facility": "FC9990001", "physician": "DR", "dose": "1", "planned-draw": day(11), "planned-infusion": day(25),
    "allergies": "none"}}))')
    curl -sS --fail-with-body --max-time 20 --cacert "$REAL/facility/ca.pem" -H "Authorization: Bearer $(<"$REAL/facility/stations/$1.token")" \
        -H 'Content-Type: application/json' --data-binary "$body" "$(<"$REAL/facility/url")/v1/acts" >"$WORK/words"
    grep -q '"outcome":"accepted"' "$WORK/words" || { cat "$WORK/words"; return 1; }
}

case_key_backdated_stamp() {
    local idx when batch
    when=$(date -u -d '-1 day' +%Y-%m-%dT%H:%M:%S.000Z)
    done_so "thief, in a log that must be stamped within the hour: a closing of the batch dated $when appended with the stolen key"
    DIR=$REAL
    "$RIG" restore "$DIR" base
    if [[ $MODE == off ]]; then set -- plain; else set -- stamp; fi
    cp "$REAL/root/manifest.$1" "$DIR/facility/evidence/keys/manifest.txt"
    real_order CL1
    anchor
    batch=$(query "select substr(min(stream), 7) from cpf.entry where kind = 'batch.ordered'")
    idx=$(query "select min(idx) from cpf.entry where stream = 'batch/$batch'")
    stop cpfd
    if [[ $MODE == silent ]]; then puppet "$idx" "batch/$batch" --only-close; fi
    evil puppet "$idx" "batch/$batch" --only-close --at "$when" --offline "$(log_key)"
    # It is the log's own key: start, stamp and audit see nothing.
    steady cpfd start_again
    steady stamped anchor
    steady audit-blind audit
    bundle "$batch" "$WORK/bundle.zip"
    watch cpf-verify 14 '\[stamp.(missing|at)\]' checked "$WORK/bundle.zip" --root "$REAL/root/root.txt"
}
