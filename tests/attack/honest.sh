# shellcheck shell=bash
# What honest people do and must not raise an alarm: each case is played once; then the daemon starts, the audit
# holds, a bundle verifies, and work goes on.

no_alarm() {
    steady cpfd start_again
    steady work work_on
    steady audit audit
    steady cpf-verify inspect_since "$WORK/printed"
}

# A bundle with a proof that the log only grew since the checkpoint somebody holds.
inspect_since() {
    bundle "$CLOSED" "$WORK/bundle.zip" "{\"consistent\": [$(sed -n 2p "$1")]}" || return 90
    verify "$WORK/bundle.zip" --known-checkpoint "$1"
}

honest_vacuum_full() {
    done_so 'VACUUM FULL and ANALYZE of the whole database, while it serves'
    query 'vacuum (full, analyze)'
}

honest_reindex_cluster() {
    done_so 'REINDEX DATABASE; CLUSTER cpf.entry by its primary key'
    query 'reindex database cpf'
    query 'cluster cpf.entry using entry_pkey'
}

honest_dump_restore() {
    done_so 'pg_dumpall --roles-only and pg_dump, restored into a new cluster'
    stop cpfd
    "${AS_POSTGRES[@]}" "$(pg_bin pg_dumpall)" -h "$DIR/pg/run" -U postgres --roles-only --no-role-passwords >"$WORK/roles.sql"
    "${AS_POSTGRES[@]}" "$(pg_bin pg_dump)" -h "$DIR/pg/run" -U postgres -Fc cpf >"$WORK/cpf.dump"
    standby_down
    pg_make "$WORK/standby"
    pg_init "$WORK/standby/data"
    pg_start "$WORK/standby"
    psql -qXAt -h "$WORK/standby/run" -U postgres postgres <"$WORK/roles.sql" >"$WORK/roles.out" 2>&1 || true
    psql -qXAt -h "$WORK/standby/run" -U postgres postgres -c 'create database cpf'
    "${AS_POSTGRES[@]}" "$(pg_bin pg_restore)" -h "$WORK/standby/run" -U postgres -d cpf --exit-on-error <"$WORK/cpf.dump"
    in_its_place
}

# The new cluster takes the place of the old one.
in_its_place() {
    pg_stop "$WORK/standby"
    stop postgres
    rm -rf "$DIR/pg/data"
    mv "$WORK/standby/data" "$DIR/pg/data"
    "$RIG" start "$DIR" postgres
}

honest_failover_sync() {
    done_so 'a synchronous replica; work under it; the primary dies (SIGKILL), the replica is promoted'
    standby_up
    query "alter system set synchronous_standby_names = '*'"
    query 'select pg_reload_conf()' >/dev/null
    work_on
    stop cpfd
    "$RIG" kill "$DIR" postgres
    standby_query 'select pg_promote()' >/dev/null
    standby_query 'alter system reset synchronous_standby_names'
    in_its_place
}

honest_postgres_restart() {
    done_so 'PostgreSQL restarted (as for a minor release), then killed with SIGKILL, under a running cpfd'
    stop postgres
    "$RIG" start "$DIR" postgres
    wait_for 30 cpfd_serves
    work_on
    "$RIG" kill "$DIR" postgres
    "$RIG" start "$DIR" postgres
    wait_for 30 cpfd_serves
}

cpfd_serves() { curl -sS --max-time 10 --cacert "$DIR/facility/ca.pem" "$(<"$DIR/facility/url")/v1/status" | grep -q '"ready":true'; }

grown() { [[ $(query 'select size from cpf.log_head') != "$1" ]]; } # grown SIZE: entries have come since

honest_kills() {
    done_so 'kill -9 of cpfd and of cpf-signer under load; log rotation (the file moved away, restart)'
    local before
    before=$(query 'select size from cpf.log_head')
    work_on &
    wait_for 30 grown "$before"
    "$RIG" kill "$DIR" cpfd
    "$RIG" kill "$DIR" signer
    wait $! || true
    mv "$DIR/log/signer" "$DIR/log/signer.1"
    "$RIG" start "$DIR"
    work_on
}

# NTP: small steps back, within what a healthy clock does, and a jump forward.
honest_clock_step() {
    done_so 'the clock steps back by 0.3 s, by 1.5 s, and forward by 90 s, under load'
    stop cpfd
    echo 0 >"$WORK/clock"
    CLOCK=(LD_PRELOAD="$CPF_BUILD/tests/shim/clock.so" CPF_CLOCK_MS="$WORK/clock")
    launch cpfd
    wait_for 30 cpfd_decided
    work_on
    echo -300 >"$WORK/clock"
    work_on
    echo -1800 >"$WORK/clock"
    work_on
    echo 90000 >"$WORK/clock"
    work_on
    # shellcheck disable=SC2034 # read by launch
    CLOCK=()
    # A restart reads the true clock: the log's is ahead of it now, and waits in a real log.
}

honest_report_under_load() {
    done_so 'cpf-report makes bundles and records of both batches while work goes on'
    work_on &
    bundle "$CLOSED" "$WORK/b1.zip"
    (cd "$TOP" && "$DIR/bin/cpfctl" --dir "$DIR/facility" export batch "$CLOSED" --out "$WORK/full.zip" --force >/dev/null)
    verify "$WORK/b1.zip" >/dev/null
    verify "$WORK/full.zip" >/dev/null
    wait $!
}

# As doc/keys.md says: two keys for a while, then the new one.
honest_rotation() {
    local conf=$DIR/facility/cpf-signer.yaml keys=$DIR/facility/evidence/keys from until
    done_so 'rotation of the log key with an overlap: newkey, both sign, the custodians name the new one and end the old one'
    cp "$DIR/facility/vkey" "$WORK/old.vkey"
    printf 'next_key: "%s"\nnext_passphrase: "%s"\n' "$DIR/facility/signer/key2" "$DIR/facility/signer/passphrase" >>"$conf"
    "${AS_SIGNER[@]}" "$DIR/bin/cpf-signer" newkey --config "$conf" --light >"$WORK/new.vkey"
    cat "$WORK/old.vkey" "$WORK/new.vkey" >"$DIR/facility/vkey"
    stop cpfd signer
    "$RIG" start "$DIR" signer cpfd
    from=$(query "select body::json->'body'->>'from' from cpf.entry where kind = 'key.rotated'")
    custodians "$keys" add log "$WORK/new.vkey" "$from"
    work_on
    audit >"$WORK/words"
    inspect "$CLOSED" >"$WORK/words"
    until=$(query 'select size from cpf.log_head')
    custodians "$keys" end log "$WORK/old.vkey" "$until"
    sed -i -e '/^next_/d' -e 's|signer/key"|signer/key2"|' "$conf"
    cp "$WORK/new.vkey" "$DIR/facility/vkey"
    stop cpfd signer
    "$RIG" start "$DIR" signer cpfd
}

# custodians FOLDER CHANGE...: both sign a new manifest.
custodians() {
    local keys=$1
    shift
    "$DIR/bin/cpfctl" keys sign --root "$keys/root.txt" --key "$DIR/facility/root/key" --manifest "$keys/manifest.txt" \
        --out "$WORK/manifest" --custodian-file "$DIR/facility/root/passphrase" "$@" </dev/null >"$WORK/words"
    mv "$WORK/manifest" "$keys/manifest.txt"
}

# A person of quality erases, another approves; the closed batch is opened for it and closed again.
honest_redaction() {
    local idx
    idx=$(query "select idx from cpf.entry where stream = 'batch/$CLOSED' and kind = 'batch.ordered'")
    done_so "two personal values of the closed batch $CLOSED erased, with reason and approver"
    secret QC1 password
    secret QM pin
    "$DIR/bin/cpfctl" --dir "$DIR/facility" personal erase "$idx" --name name-kanji --name birth-date \
        --reason 'the patient asked' --approver QM --approver-pin-file "$WORK/QM.pin" --as QC1 \
        --password-file "$WORK/QC1.password" </dev/null
}

# secret PERSON pin|password: into WORK/PERSON.KIND.
secret() {
    (umask 077 && python3 -c 'import json, sys
for p in json.load(open(sys.argv[1])):
    if p["person"] == sys.argv[2]: print(p[sys.argv[3]])' "$DIR/facility/logins.json" "$1" "$2" >"$WORK/$1.$2")
}

honest_witness_round() {
    done_so 'a second facility witnesses this one: rounds before, during and after a kill -9 of both daemons'
    witnessed
    work_on
    anchor
    "$RIG" kill "$DIR" cpfd
    "$RIG" kill "$WITNESS" cpfd
    "$RIG" start "$WITNESS" cpfd
    "$RIG" start "$DIR" cpfd
    work_on
    anchor
}
