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
    for name in daemon/cpfd signer/cpf-signer tools/cpfctl tests/shim/flush.so; do
        if [[ -e $BUILD/$name ]]; then install -m 0755 "$BUILD/$name" "$DIR/bin/"; fi
    done
}

start_postgres() { pg_start "$DIR/pg" "$FLUSH" "$DIR/bin/flush.so"; }

# with_flush COMMAND...: runs it with the slow disk, if one is wanted.
with_flush() {
    if [[ -n $FLUSH ]]; then
        env "LD_PRELOAD=$DIR/bin/flush.so" "CPF_FLUSH_US=$FLUSH" "$@"
    else
        "$@"
    fi
}

ORIGIN=training.example/cpf

signer_make() {
    mkdir -p "$DIR/signer"
    head -c 24 /dev/urandom | base64 >"$DIR/signer/passphrase"
    chmod 0400 "$DIR/signer/passphrase"
    cat >"$DIR/signer/signer.yaml" <<YAML
socket: $DIR/signer/signer.sock
state: $DIR/signer/state
key: $DIR/signer/key
passphrase: $DIR/signer/passphrase
origin: $ORIGIN
allow: [$(id -u)]
YAML
    chmod 0711 "$DIR/signer" # the socket is to be reached, the rest has modes of its own
    if am_root; then chown -R "$SIGNER_UID:$SIGNER_UID" "$DIR/signer"; fi
    "${AS_SIGNER[@]}" "$DIR/bin/cpf-signer" init --config "$DIR/signer/signer.yaml" --light >"$DIR/vkey"
}

start_signer() {
    # A socket left by a killed signer would look like a listening one.
    rm -f "$DIR/signer/signer.sock"
    "${AS_SIGNER[@]}" env ${FLUSH:+"LD_PRELOAD=$DIR/bin/flush.so" "CPF_FLUSH_US=$FLUSH"} setsid \
        "$DIR/bin/cpf-signer" --config "$DIR/signer/signer.yaml" </dev/null >>"$DIR/log/signer" 2>&1 &
    pid_write "$(pid_file signer)" $! || die "cpf-signer did not start: $(tail -n 3 "$DIR/log/signer")"
    wait_for 10 test -S "$DIR/signer/signer.sock" || die "cpf-signer does not listen: $(tail -n 3 "$DIR/log/signer")"
}

facility_make() {
    (cd "$TOP" && "$DIR/bin/cpfctl" init --training --from "$FACILITY" --dir "$DIR/facility" \
        --light "${INIT[@]}" >>"$DIR/log/init" 2>&1) || {
        tail -20 "$DIR/log/init" >&2
        die 'cpfctl init failed'
    }
}

cpfd_config() {
    PORT=$(free_port)
    mkdir -p "$DIR/cpfd"
    printf '%s\n' "$PORT" >"$DIR/port"
    cat >"$DIR/cpfd.yaml" <<YAML
origin: $ORIGIN
training: true
YAML
    printf '%s\n' "${SETTINGS[@]/=/: }" >>"$DIR/cpfd.yaml"
}

start_cpfd() {
    env --chdir="$TOP" "${ENVIRONMENT[@]}" setsid "$DIR/bin/cpfd" --config "$DIR/cpfd.yaml" \
        </dev/null >>"$DIR/log/cpfd" 2>&1 &
    pid_write "$(pid_file cpfd)" $! || die "cpfd did not start: $(tail -n 3 "$DIR/log/cpfd")"
    wait_for 30 cpfd_answers || {
        tail -20 "$DIR/log/cpfd" >&2
        die 'cpfd does not answer'
    }
}

cpfd_answers() {
    pid_read "$(pid_file cpfd)" >/dev/null || return 1
    curl -sS --max-time 2 --cacert "$DIR/facility/ca.pem" "https://127.0.0.1:$(<"$DIR/port")/v1/status"
}

facility_setup() {
    "$DIR/bin/cpfctl" setup --dir "$DIR/facility" --socket "$DIR/cpfd/admin.sock" >>"$DIR/log/init" 2>&1 || {
        tail -20 "$DIR/log/init" >&2
        die 'cpfctl setup failed'
    }
}

rig_env() {
    local name
    printf 'CPF_URL=%q\n' "https://127.0.0.1:$(<"$DIR/port")"
    printf 'CPF_CA=%q\n' "$DIR/facility/ca.pem"
    printf 'CPF_DIR=%q\n' "$DIR/facility"
    printf 'CPF_TOKENS=%q\n' "$DIR/facility/stations"
    printf 'CPF_VKEY=%q\n' "$DIR/vkey"
    printf 'PGHOST=%q\nPGUSER=postgres\nPGDATABASE=cpf\n' "$DIR/pg/run"
    for name in postgres signer cpfd; do
        printf 'CPF_PID_%s=%s\n' "${name^^}" "$(pid_read "$(pid_file "$name")" || true)"
    done
}
