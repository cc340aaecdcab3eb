# shellcheck shell=bash
# A facility with a large log, for benches and tests. Wants TOP, CPF_BUILD, RIG, DIR.

# biglog_make ENTRIES [CUT]: DIR is a facility whose one batch was played and then copied (biglog.c) until the log has
# about so many entries; the first copy has CUT entries. cpfd is stopped, the environment of the rig is set. The
# copies' names go to DIR/copies.
biglog_make() {
    "$RIG" up "$DIR"
    eval "$("$RIG" env "$DIR")"
    export PGHOST PGUSER PGDATABASE
    "$CPF_BUILD/tools/cpf-sim" --dir "$CPF_DIR" --seed 1 >"$DIR/log/sim" 2>&1 || {
        tail -n 20 "$DIR/log/sim" >&2
        die 'biglog: the simulator failed'
    }
    "$RIG" stop "$DIR" cpfd
    "$CPF_BUILD/tests/bench/biglog" "host=$PGHOST user=cpf_writer dbname=cpf" "$CPF_DIR/signer/signer.sock" \
        "$CPF_DIR/vkey" "$CPF_DIR/logins.json" "$1" ${2:+--cut "$2"} >"$DIR/copies" 2>"$DIR/log/biglog" || {
        cat "$DIR/log/biglog" >&2
        die 'biglog: the log could not be made'
    }
    psql -qXAtc 'vacuum analyze' >/dev/null
}

# biglog_bundle BATCH REPORT FILE [MEMBER...]: as cpf-report makes it, cpfd or not; REPORT: true or false.
biglog_bundle() {
    printf '{"kind":"bundle","database":"host=%s user=cpf_reader dbname=cpf","batch":"%s","evidence":"%s",%s}' \
        "$PGHOST" "$1" "$CPF_DIR/evidence" "\"texts\":\"$TOP/etc\",\"report\":$2" |
        "$CPF_BUILD/report/cpf-report" >"$3"
}

# biglog_markers: for each entry its stream and its nonce, which stands nowhere else.
biglog_markers() {
    psql -qXAt -F $'\t' -c \
        "select stream, substring(body from '\"n\":\"([A-Za-z0-9_-]{22})\"') from cpf.entry where body is not null"
}
