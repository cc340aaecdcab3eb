# shellcheck shell=bash
# What the fault scripts share: a facility, requests to it, TAP. Sourced behind tests/rig/lib.sh; wants TOP and DIR.

RIG=$TOP/tests/rig/rig
TESTS=0 FAILED=0

is() { # is NAME WANTED GOT
    TESTS=$((TESTS + 1))
    if [[ $2 == "$3" ]]; then
        echo "ok $TESTS - $1"
    else
        echo "not ok $TESTS - $1"
        echo "# wanted: $2"
        echo "# got:    $3"
        FAILED=1
    fi
}

yes_if() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
status_only() { printf '%s\n' "${1%% *}"; }

uuid() {
    python3 -c 'import os,time
r=bytearray(os.urandom(10)); r[0]=0x70|r[0]&15; r[2]=0x80|r[2]&63
h=(int(time.time()*1000).to_bytes(6,"big")+bytes(r)).hex(); print("-".join((h[:8],h[8:12],h[12:16],h[16:20],h[20:])))'
}

# ask CURL-ARGUMENT...: status and code, e.g. `409 request.conflict`; seconds in DIR/took.
ask() {
    : >"$DIR/body"
    curl -sS --max-time 15 --cacert "$CPF_CA" -D "$DIR/headers" -o "$DIR/body" \
        -w '%{http_code} %{stderr}%{time_total}\n' "$@" 2>"$DIR/took" || true
    sed -n 's/.*"code":"\([^"]*\)".*/\1/p' "$DIR/body" | head -n 1
}

post() { # post PATH BODY [CURL-ARGUMENT...]
    local path=$1 body=$2
    shift 2
    printf '%s' "$body" >"$DIR/sent"
    ask -H "Authorization: Bearer $TOKEN" --data-binary "@$DIR/sent" "$@" "$CPF_URL$path"
}

scan() { # scan ID CODE [CURL-ARGUMENT...]
    post /v1/scans "{\"id\":\"$1\",\"raw\":\"$2\"}" "${@:3}"
}

# backend NAME: the process of PostgreSQL behind that connection of cpfd's (ledger, look-up, reader, follower, anchors).
backend() {
    psql -qXAtc "select pid from pg_stat_activity where application_name = 'cpfd $1' order by backend_start desc limit 1"
}

# metric NAME: its value, with its labels if it has any.
metric() {
    curl -sS --max-time 5 --unix-socket "$DIR/admin.sock" http://admin/metrics | awk -v name="$1" '$1 == name { print $2 }'
}

# status_member NAME: of /v1/status, as JSON.
status_member() {
    curl -sS --max-time 5 --cacert "$CPF_CA" "$CPF_URL/v1/status" |
        python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin).get(sys.argv[1])).strip("\""))' "$1"
}

audit_ok() {
    "$CPF_BIN/cpfctl" audit --database "host=$PGHOST dbname=cpf user=cpf_reader" --vkey "$CPF_DIR/vkey" \
        --signatures >"$DIR/log/audit" 2>&1 || true
    is 'the log verifies' ok "$(tail -n 1 "$DIR/log/audit" | cut -d: -f1)"
}

at_exit() { :; }
fault_exit() {
    local rc=$?
    trap - EXIT INT TERM
    at_exit || true
    if ((rc || FAILED)); then "$RIG" stop "$DIR" || true; else "$RIG" down "$DIR" || true; fi
    exit "$rc"
}

# fault_begin DIR [RIG OPTION...]: a facility, set up, and a station's token.
fault_begin() {
    trap fault_exit EXIT
    trap 'exit 130' INT TERM
    "$RIG" up "$@" >&2
    eval "$("$RIG" env "$DIR")"
    export PGHOST PGUSER PGDATABASE
    TOKEN=$(<"$CPF_TOKENS/CL1.token")
}

fault_end() {
    echo "1..$TESTS"
    exit "$FAILED"
}
