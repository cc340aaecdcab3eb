# shellcheck shell=bash
# cpf-signer and cpfd of one private facility. Uses DIR, BUILD, TOP and the options of tests/rig/rig.

pid_file() {
    case $1 in
    postgres) printf '%s\n' "$DIR/pg/pid" ;;
    *) printf '%s\n' "$DIR/$1.pid" ;;
    esac
}

# Programs are copied to where every user may read them; the checkout may be closed to the others.
keep_programs() {
    local name
    mkdir -p "$DIR/bin" "$DIR/log"
    for name in daemon/cpfd signer/cpf-signer tools/cpfctl report/cpf-report tools/verify/cpf-verify tests/shim/flush.so; do
        if [[ -e $BUILD/$name ]]; then install -m 0755 "$BUILD/$name" "$DIR/bin/"; fi
    done
}

start_postgres() { pg_start "$DIR/pg" "$FLUSH" "$DIR/bin/flush.so"; }

# Everything a new facility needs, by the command that a real one uses.
facility_make() {
    local conninfo="host=$DIR/pg/run dbname=cpf"
    free_port >"$DIR/port"
    if ((${#KIND[@]} == 0)); then # the sample's passwords are for training alone
        mkdir -p "$DIR/real/facility"
        ln -sfn "$(realpath "$(dirname "$FACILITY")/../protocols")" "$DIR/real/protocols"
        sed 's/password: sample-/password: not-the-sample-/' "$FACILITY" >"$DIR/real/facility/made.yaml"
        FACILITY=$DIR/real/facility/made.yaml
    fi
    "$DIR/bin/cpfctl" init --dir "$DIR/facility" "${KIND[@]}" --from "$FACILITY" \
        --listen "127.0.0.1:$(<"$DIR/port")" --share "$TOP/etc" \
        --database "$conninfo user=cpf_writer" --reader "$conninfo user=cpf_reader" \
        --signer "$DIR/bin/cpf-signer" --signer-user "$SIGNER_UID" --allow "$(id -u)" \
        --signer-socket "$DIR/facility/signer/signer.sock" --admin-socket "$DIR/admin.sock" \
        "${INIT[@]}" </dev/null >>"$DIR/log/init" 2>&1 || {
        tail -n 20 "$DIR/log/init" >&2
        die 'cpfctl init failed'
    }
    printf 'station_silent_s: 2\n' >>"$DIR/facility/cpfd.yaml"
    if [[ -z $PACE ]]; then printf 'pace_%s_ms: 0\n' scan tube witness spread apart review >>"$DIR/facility/cpfd.yaml"; fi
    if ((${#SETTINGS[@]})); then printf '%s\n' "${SETTINGS[@]/=/: }" >>"$DIR/facility/cpfd.yaml"; fi
}

start_signer() {
    local socket=$DIR/facility/signer/signer.sock
    rm -f "$socket" # one left by a killed signer would look like a listening one
    "${AS_SIGNER[@]}" env ${FLUSH:+"LD_PRELOAD=$DIR/bin/flush.so" "CPF_FLUSH_US=$FLUSH"} setsid \
        "$DIR/bin/cpf-signer" --config "$DIR/facility/cpf-signer.yaml" </dev/null >>"$DIR/log/signer" 2>&1 &
    pid_write "$(pid_file signer)" $! || died signer
    wait_for 10 signer_decided "$socket" || died signer
    pid_read "$(pid_file signer)" >/dev/null || died signer
}

# A process that has ended is no reason to wait.
signer_decided() { [[ -S $1 ]] || ! pid_read "$(pid_file signer)" >/dev/null; }

died() {
    tail -n 20 "$DIR/log/$1" >&2
    die "$1 did not start"
}

start_cpfd() {
    env --chdir="$TOP" "${ENVIRONMENT[@]}" setsid "$DIR/bin/cpfd" --config "$DIR/facility/cpfd.yaml" \
        </dev/null >>"$DIR/log/cpfd" 2>&1 &
    pid_write "$(pid_file cpfd)" $! || died cpfd
    wait_for 30 cpfd_decided || died cpfd
    pid_read "$(pid_file cpfd)" >/dev/null || died cpfd
}

cpfd_decided() {
    pid_read "$(pid_file cpfd)" >/dev/null || return 0
    curl -sS --max-time 10 --cacert "$DIR/facility/ca.pem" "https://127.0.0.1:$(<"$DIR/port")/v1/status" |
        grep -q '"ready":true'
}

facility_setup() {
    "$DIR/bin/cpfctl" setup --dir "$DIR/facility" --wait 30 >>"$DIR/log/init" 2>&1 || {
        tail -n 20 "$DIR/log/init" "$DIR/log/cpfd" >&2
        die 'cpfctl setup failed'
    }
}

rig_env() {
    local name
    printf 'CPF_URL=%q\n' "https://127.0.0.1:$(<"$DIR/port")"
    printf 'CPF_CA=%q\n' "$DIR/facility/ca.pem"
    printf 'CPF_DIR=%q\n' "$DIR/facility"
    printf 'CPF_TOKENS=%q\n' "$DIR/facility/stations"
    printf 'CPF_BIN=%q\n' "$DIR/bin"
    printf 'PGHOST=%q\nPGUSER=postgres\nPGDATABASE=cpf\n' "$DIR/pg/run"
    for name in postgres signer cpfd; do
        printf 'CPF_PID_%s=%s\n' "${name^^}" "$(pid_read "$(pid_file "$name")" || true)"
    done
}
