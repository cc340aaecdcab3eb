# shellcheck shell=bash
# A run of ./dev leaves nothing behind, however it ends. What it starts carries CPF_HELD, the folder of the run, in its
# environment, so that it is found again whatever became of pid files and parents. Sourced by ./dev; wants lib.sh.

# held WORK: the processes that belong to a run, or to one within it. cpf-signer hides its environment from all but
# root: then its command line tells.
held() {
    local file pid
    for file in $(grep -lszE "^CPF_HELD=$1(/.*)?$" /proc/[0-9]*/environ || true); do
        pid=${file#/proc/}
        printf '%s\n' "${pid%/environ}"
    done
    ! am_root || return 0
    for file in $(grep -lsz "^$1/" /proc/[0-9]*/cmdline || true); do
        file=${file%/cmdline}
        if [[ -O $file/comm || $(stat -c %u "$file" 2>/dev/null) == 0 ]] && [[ -e $file && ! -r $file/environ ]]; then
            printf '%s\n' "${file#/proc/}"
        fi
    done
}

# signal_held SIGNAL WORK: to each of them; PostgreSQL is not to wait for its clients. Prints their names.
signal_held() {
    local pid name signal
    for pid in $(held "$2"); do
        name=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
        signal=$1
        if [[ $name == postgres && $signal == TERM ]]; then signal=QUIT; fi
        if kill "-$signal" "$pid" 2>/dev/null; then printf '%s(%s)\n' "$name" "$pid"; fi
    done
}

none_held() { [[ -z $(held "$1") ]]; }

# sweep WORK: ends what belongs to the run and still runs; says what that was.
sweep() {
    local names
    ! none_held "$1" || return 0
    mapfile -t names < <(signal_held TERM "$1")
    wait_for 10 none_held "$1" || signal_held KILL "$1" >/dev/null
    wait_for 10 none_held "$1" || say "dev: could not be ended: $(held "$1" | tr '\n' ' ')"
    say "dev: was left running, and is ended now: ${names[*]:0:12}"
}

# clusters WORK: the folders of facilities and of bare clusters, at any depth.
clusters() {
    local version dir
    [[ -d $1 ]] || return 0
    while read -r version; do
        dir=${version%/data/PG_VERSION}
        printf '%s\n' "${dir%/pg}"
    done < <(find "$1" -path '*/data/PG_VERSION' -prune 2>/dev/null)
}

# tidy WORK STATUS: stops and removes all that is not for people: logs of what failed are kept in WORK/logs.
tidy() {
    local dir
    sweep "$1"
    while read -r dir; do
        if (($2)); then keep_logs "$dir" "$1/logs"; fi
        rm -rf "$dir"
    done < <(clusters "$1")
    if [[ -L $1/tmp ]]; then rm -rf "$(readlink "$1/tmp")" "$1/tmp"; fi
}

# hold WORK COMMAND...: runs it as a process group of its own, ends it with us, tidies, and gives its status.
hold() {
    local rc=0
    WORK=$1
    shift
    own_dir "$WORK"
    chmod 0755 "$WORK"
    exec 9>>"$WORK/lock"
    flock -n 9 || die "another run works in $WORK; ./dev clean ends it"
    tidy "$WORK" 0 # what a killed run left
    rm -rf "$WORK/logs"
    # Short, since sockets lie in it.
    ln -s "$(mktemp -d /tmp/cpfd-XXXXXX)" "$WORK/tmp"
    chmod 1777 "$WORK/tmp/"
    trap 'interrupted 130' INT
    trap 'interrupted 143' TERM
    trap 'interrupted 129' HUP
    set -m
    CPF_HELD=$WORK TMPDIR=$(readlink "$WORK/tmp") "$@" </dev/null 9>&- &
    GROUP=$!
    set +m
    pid_write "$WORK/group" "$GROUP" || true
    wait "$GROUP" || rc=$?
    trap - INT TERM HUP
    tidy "$WORK" "$rc"
    rm -f "$WORK/group"
    return "$rc"
}

# The group may tidy up by itself first: what it ends is ended in order. (A bare `return` in what a trap calls gives
# the status from before the trap.)
interrupted() {
    trap '' INT TERM HUP
    say 'dev: interrupted, tidying up'
    end_group "$WORK"
    tidy "$WORK" 0
    rm -f "$WORK/group"
    exit "$1"
}

# end_group WORK: the run itself, if there is one.
end_group() {
    local pid
    pid=$(pid_read "$1/group") || return 0
    kill -TERM -- "-$pid" 2>/dev/null || true
    wait_gone "$1/group" 30 || kill -KILL -- "-$pid" 2>/dev/null || true
}

gone() { ! proc_start "$1"; }

# stop_by_files STATE: what was started by hand there: a pid file names it, or a cluster's own.
stop_by_files() {
    local file pid
    while read -r file; do pid_stop "$file" TERM 10; done < <(find "$1" \( -name '*.pid' -o -name pid \) ! -name postmaster.pid -type f)
    while read -r file; do
        read -r pid <"$file" || continue
        if grep -qszx "${file%/postmaster.pid}" "/proc/$pid/cmdline"; then
            kill -QUIT "$pid" 2>/dev/null || true
            wait_for 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
        fi
    done < <(find "$1" -name postmaster.pid -type f)
}
