# shellcheck shell=bash
# What the rows are written in. Each case is a function that runs three times: attacked, silent (the same
# commands without the attack) and off (attacked, with its defence switched off).
# Uses WORK, DIR, RIG, MODE, OFF, RESULT of tests/attack/run, and tests/rig/*.sh.

# evil COMMAND...: the attack itself, left out when silent.
evil() {
    if [[ $MODE != silent ]]; then "$@"; fi
}

# done_so TEXT: what was done, for the reader.
done_so() { printf 'done\t%s\n' "$*" >>"$RESULT"; }

# watch PARTY STATUS REASON COMMAND...: the party must end with STATUS and say REASON when attacked, else with 0.
watch() {
    local party=$1 want=$2 reason=$3 rc=0 verdict=wrong words
    shift 3
    "$@" >"$WORK/words" 2>&1 || rc=$?
    words=$(grep -Eom 1 -- "$reason.*" "$WORK/words" || tail -n 1 "$WORK/words")
    case $MODE in
    attacked) if ((rc == want)) && grep -Eq -- "$reason" "$WORK/words"; then verdict=caught; fi ;;
    *) if ((rc == 0)); then verdict=quiet; fi ;;
    esac
    printf 'watch\t%s\t%s\t%s\t%s\n' "$party" "$rc" "$verdict" "${words:0:150}" >>"$RESULT"
    if [[ $verdict == wrong ]]; then cp "$WORK/words" "$RESULT.$party"; fi
}

# steady PARTY COMMAND...: must succeed, whatever is attacked.
steady() {
    local party=$1 rc=0 verdict=steady
    shift
    "$@" >"$WORK/words" 2>&1 || rc=$?
    if ((rc)); then verdict=wrong && cp "$WORK/words" "$RESULT.$party"; fi
    printf 'watch\t%s\t%s\t%s\t%s\n' "$party" "$rc" "$verdict" "$(tail -n 1 "$WORK/words" | cut -c1-150)" >>"$RESULT"
}

# ---- the facility ----

# Programs of the product, or those with a defence switched off.
use_programs() {
    local name path
    for path in $PROGRAMS; do
        name=${path##*/}
        if [[ $MODE == off && -e $WORK/off/$OFF/$name ]]; then
            install -m 0755 "$WORK/off/$OFF/$name" "$DIR/bin/"
        else
            install -m 0755 "$CPF_BUILD/$path" "$DIR/bin/"
        fi
    done
}

# The facility as it was: database, signer's state, programs; all serve.
fresh() {
    local name
    "$RIG" stop "$DIR"
    use_programs
    for name in evidence cpfd.yaml cpf-signer.yaml url vkey; do
        rm -rf "${DIR:?}/facility/$name"
        cp -a "$DIR/save.$name" "$DIR/facility/$name"
    done
    "$RIG" restore "$DIR" base
}

stop() { "$RIG" stop "$DIR" "$@"; }

# launch NAME: cpfd by facility/NAME.yaml, a child of this shell; its words go to log/NAME.last, its pid to PID.
launch() {
    env --chdir="$TOP" "${CLOCK[@]}" setsid "$DIR/bin/cpfd" --config "$DIR/facility/$1.yaml" </dev/null >"$DIR/log/$1.last" 2>&1 &
    PID=$!
    pid_write "$(pid_file "$1")" "$PID" || true
}

# ended NAME PID SECONDS: the status that it ended with, and its words; 0 if it still runs then.
ended() {
    local rc=0
    if ! wait_gone "$(pid_file "$1")" "$3"; then
        echo 'it runs'
        return 0
    fi
    wait "$2" || rc=$?
    cat "$DIR/log/$1.last"
    return "$rc"
}

# cpfd started once more: 0 when it serves, else the status it ended with; its words on stdout.
start_again() {
    "$RIG" stop "$DIR" cpfd
    launch cpfd
    wait_for 30 cpfd_decided || { cat "$DIR/log/cpfd.last"; return 99; }
    ended cpfd "$PID" 0
}

# ---- the parties ----

psql_as() { psql -qXAt -v ON_ERROR_STOP=1 -h "$DIR/pg/run" -U "$1" -d cpf -c "$2"; }
query() { psql_as postgres "$1"; }
# The owner of the database, with the triggers out of the way; the projections follow at the next start.
dba() { query "set session_replication_role = replica; $1" >/dev/null; }
writer() { psql_as cpf_writer "$1"; }

audit() {
    "$DIR/bin/cpfctl" audit --database "host=$DIR/pg/run dbname=cpf user=cpf_reader" \
        --vkey "$DIR/facility/vkey" --signatures "$@"
}

# bundle BATCH FILE [MEMBERS...]: as cpf-report makes it, without the record for people, which proves nothing;
# further members of its request as JSON.
bundle() {
    local batch=$1 file=$2
    shift 2
    python3 -c 'import json,sys
q = dict(kind="bundle", database=sys.argv[1], batch=sys.argv[2], evidence=sys.argv[3], report=False)
for x in sys.argv[4:]: q.update(json.loads(x))
print(json.dumps(q))' "host=$DIR/pg/run dbname=cpf user=cpf_reader" "$batch" "$DIR/facility/evidence" "$@" |
        (cd "$TOP" && "$DIR/bin/cpf-report") >"$file"
}

# checked FILE OPTION...: cpf-verify; where no daemon ran to make a map behind a closing it says so (3), and nothing failed.
checked() {
    local rc=0
    "$DIR/bin/cpf-verify" "$@" --lang en || rc=$?
    ((rc != 3)) || rc=0
    return "$rc"
}

# verify FILE [OPTION...]: with the root key that the inspector holds.
verify() {
    local file=$1
    shift
    checked "$file" --root "$DIR/save.evidence/keys/root.txt" "$@"
}

# inspect BATCH [OPTION...]: a bundle made now, and verified.
inspect() {
    local batch=$1
    shift
    bundle "$batch" "$WORK/bundle.zip" || return 90
    verify "$WORK/bundle.zip" "$@"
}

# work_on [SECONDS]: the log goes on; a batch ordered and instructed.
work_on() {
    local serial=$(($(<"$WORK/serial") + 1))
    echo "$serial" >"$WORK/serial"
    (cd "$TOP" && exec timeout "${1:-60}" "$CPF_BUILD/tools/cpf-sim" --dir "$DIR/facility" --seed "$serial" --first "$serial" --until instruction) \
        >"$WORK/sim" 2>&1 || { tail -n 3 "$WORK/sim" >&2; return 1; }
}

forge() { "$CPF_BUILD/tests/attack/forge" "host=$DIR/pg/run user=postgres dbname=cpf" "$@"; }
puppet() { "$CPF_BUILD/tests/attack/puppet" "host=$DIR/pg/run user=cpf_writer dbname=cpf" "$DIR/facility/signer/signer.sock" "$@"; }
log_key() { "$CPF_BUILD/tests/attack/forge" unseal "$DIR/facility/signer/key" "$DIR/facility/signer/passphrase"; }

# An entry that a scan made, in the n-th quarter of its stream: scanned STREAM [N].
scanned() {
    query "select idx from cpf.entry where stream = '$1' and kind = 'step.input' and body like '%\"performed\":\"OP%'
        order by abs(sseq - (select max(sseq) from cpf.entry where stream = '$1') * ${2:-2} / 4) limit 1"
}
