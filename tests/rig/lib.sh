# shellcheck shell=bash
# Helpers of the rig and of ./dev: processes by pid file, users, ports, waiting.
# Sourced with `set -euo pipefail` in force.

# Debian's own tools, whatever stands before them: what the packages brought is what is tested. A python behind a wrapper of
# shell scripts took ten times as long, and the tests start it often.
[[ $PATH == /usr/bin:* ]] || export PATH=/usr/bin:$PATH

say() { printf '%s\n' "$*" >&2; }
die() {
    say "rig: $*"
    exit 1
}

# The kernel's start time of a process: with it a pid names one process for ever.
proc_start() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) } # the name may hold blanks and brackets
    # shellcheck disable=SC2086 # fields, wanted apart
    set -- $stat
    [[ $1 != Z ]] || return 1
    printf '%s\n' "${20}"
}

# pid_write FILE PID: remembers a process that we started.
pid_write() {
    local start
    start=$(proc_start "$2") || return 1
    printf '%s %s\n' "$2" "$start" >"$1"
}

# pid_read FILE: prints the pid if that very process still runs.
pid_read() {
    local pid start now
    [[ -s $1 ]] || return 1
    read -r pid start <"$1" || return 1
    now=$(proc_start "$pid") || return 1
    [[ $now == "$start" ]] || return 1
    printf '%s\n' "$pid"
}

# pid_stop FILE SIGNAL SECONDS: signals the process, waits, kills it when it does not listen.
pid_stop() {
    local pid
    if pid=$(pid_read "$1"); then
        kill "-$2" "$pid" 2>/dev/null || true
        if ! wait_gone "$1" "$3"; then
            say "rig: $(basename "$1") ($pid) did not stop within $3 s: killed"
            kill -KILL "$pid" 2>/dev/null || true
            wait_gone "$1" 5 || true
        fi
    fi
    rm -f "$1"
}

# Seconds here are those of a machine with nothing else to do; a busy one gets so many times as long. No test waits for
# a time to pass: all of these waits end with the event.
BUSY=6

# wait_gone PIDFILE SECONDS
wait_gone() {
    local end=$((SECONDS + $2 * BUSY))
    while pid_read "$1" >/dev/null; do
        ((SECONDS <= end)) || return 1
        sleep 0.02
    done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1 * BUSY))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS <= end)) || return 1
        sleep 0.02
    done
}

# A loopback port that nobody listens on now.
free_port() {
    python3 - <<'PY'
import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])
PY
}

am_root() { [[ $(id -u) == 0 ]]; }

# PostgreSQL refuses to run as root: then it runs as the package's own user. cpf-signer has a uid of its own
# where we can give it one; the number needs no name. Prefixes of commands, so that `$!` is the program itself.
# shellcheck disable=SC2034 # used by those who source this
SIGNER_UID=$(id -u)
# shellcheck disable=SC2034
AS_POSTGRES=() AS_SIGNER=()
# shellcheck disable=SC2034
if am_root; then
    SIGNER_UID=61184
    # Into a folder that everybody may enter: the caller's may be closed to them.
    AS_POSTGRES=(env --chdir=/ setpriv --reuid=postgres --regid=postgres --init-groups --)
    AS_SIGNER=(env --chdir=/ setpriv "--reuid=$SIGNER_UID" "--regid=$SIGNER_UID" --clear-groups --)
fi

# pg_bin NAME: PostgreSQL 15's own programs, which Debian keeps off the PATH.
pg_bin() { printf '/usr/lib/postgresql/15/bin/%s\n' "$1"; }

# Where this checkout keeps its clusters and builds: two checkouts never meet.
state_dir() {
    local top=$1 base=${XDG_STATE_HOME:-/var/tmp} hash
    # As root the other users must be able to enter.
    if am_root; then base=/var/tmp; fi
    hash=$(printf '%s' "$(realpath "$top")" | sha256sum | cut -c1-10)
    printf '%s/cpfd-%s-%s\n' "$base" "$(id -u)" "$hash"
}

# own_dir DIR: makes it, or makes sure that nobody else did.
own_dir() {
    mkdir -p "$1"
    [[ -O $1 && ! -L $1 ]] || die "$1 belongs to somebody else; remove it or set XDG_STATE_HOME"
}

# keep_logs DIR TO: the logs of a facility or a cluster that is going to be removed; says where they are.
keep_logs() {
    local to
    to=$2/$(basename "$1")
    mkdir -p "$to"
    cp -a "$1/log/." "$to/" 2>/dev/null || cp -a "$1/log" "$to/" 2>/dev/null || true
    cp -a "$1/pg/log" "$to/postgres" 2>/dev/null || true
    say "logs are kept in $to"
}
