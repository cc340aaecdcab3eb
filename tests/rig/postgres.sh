# shellcheck shell=bash
# A private PostgreSQL: UNIX socket only, its own data, never a system cluster.

# pg_settings: what every private cluster has beside initdb's defaults. Shared memory lies in its own folder, so that one
# that was killed leaves none elsewhere.
pg_settings() {
    cat <<'CONF'
listen_addresses = ''
max_connections = 120
shared_buffers = 128MB
dynamic_shared_memory_type = mmap
fsync = on
full_page_writes = on
synchronous_commit = on
max_wal_size = 4GB
logging_collector = off
log_line_prefix = '%m [%p] %a '
log_checkpoints = off
CONF
}

# pg_init DATA: a fresh cluster; superuser `postgres`, trusted on its socket, which lies in a closed folder.
pg_init() {
    "${AS_POSTGRES[@]}" "$(pg_bin initdb)" -D "$1" -U postgres -E UTF8 --locale=C.UTF-8 -A trust --no-sync >/dev/null
    pg_settings | "${AS_POSTGRES[@]}" tee -a "$1/postgresql.conf" >/dev/null
}

# pg_start DIR [FLUSH_US SHIM]: starts DIR/data with its socket in DIR/run and waits for it.
pg_start() {
    local dir=$1 flush=${2:-} shim=${3:-} pid env=()
    if [[ -n $flush ]]; then env=("LD_PRELOAD=$shim" "CPF_FLUSH_US=$flush"); fi
    "${AS_POSTGRES[@]}" env "${env[@]}" setsid "$(pg_bin postgres)" -D "$dir/data" \
        -c "unix_socket_directories=$dir/run" </dev/null >>"$dir/log" 2>&1 &
    pid=$!
    # At once, so that it is stopped even if we are ended while it starts.
    pid_write "$dir/pid" "$pid" || true
    if ! { wait_for 60 pg_decided "$dir" "$pid" && pg_answers "$dir"; }; then
        tail -20 "$dir/log" >&2
        die "PostgreSQL did not start in $dir"
    fi
    [[ $(head -n 1 "$dir/data/postmaster.pid") == "$pid" ]] || die "another PostgreSQL works in $dir"
}

# It answers, or it has ended, which is no reason to wait.
pg_decided() { pg_answers "$1" || dead "$2"; }
pg_answers() { "${AS_POSTGRES[@]}" "$(pg_bin pg_isready)" -q -h "$1/run"; }

# pg_stop DIR: fast shutdown.
pg_stop() { pid_stop "$1/pid" INT 60; }

# pg_kill DIR: SIGKILL for the postmaster and every process it forked, as a crash of the machine would.
pg_kill() {
    local pid child children
    pid=$(pid_read "$1/pid") || return 0
    kill -STOP "$pid" # so that it forks no more
    read -ra children < <(cat "/proc/$pid/task/$pid/children") || true
    for child in "${children[@]}" "$pid"; do
        kill -KILL "$child" 2>/dev/null || true
    done
    for child in "${children[@]}" "$pid"; do
        wait_for 10 dead "$child" || die "PostgreSQL ($child) survived SIGKILL"
    done
    # All are dead. Where nobody reaps the postmaster at once, its locks would still seem to be held.
    rm -f "$1/pid" "$1/data/postmaster.pid" "$1/run/.s.PGSQL.5432.lock"
}

dead() { ! proc_start "$1"; }

# pg_make DIR: empty folders with the right owner.
pg_make() {
    mkdir -p "$1/run"
    chmod 0755 "$1"
    chmod 0700 "$1/run"
    : >>"$1/log"
    if am_root; then chown postgres: "$1" "$1/run" "$1/log"; fi
}

# pg_template STATE SCHEMA: prints the folder of a cluster with the schema in it, made once per schema.
pg_template() {
    local state=$1 schema=$2 sum dir
    sum=$( (cd "$schema" && find . -type f -print0 | sort -z | xargs -0 sha256sum &&
        pg_settings && "$(pg_bin postgres)" --version) | sha256sum | cut -c1-12)
    dir=$state/template-$sum
    if [[ ! -e $dir/done ]]; then
        (
            flock 9
            [[ -e $dir/done ]] || pg_template_make "$dir" "$schema"
        ) 9>"$state/template.lock" >&2
    fi
    printf '%s\n' "$dir"
}

pg_template_make() {
    local dir=$1 schema=$2
    say "making a PostgreSQL cluster with the schema (once)"
    # Those of earlier schemas; a young one may be somebody's who is copying it.
    find "${dir%/*}" -maxdepth 1 -name 'template-*' -type d -mmin +60 -exec rm -rf {} +
    rm -rf "$dir"
    pg_make "$dir"
    pg_init "$dir/data"
    pg_start "$dir"
    trap 'pg_stop "$dir"' EXIT
    "${AS_POSTGRES[@]}" "$(pg_bin createdb)" -h "$dir/run" -U postgres cpf
    sqitch_deploy "$dir/run" "$schema"
    pg_stop "$dir"
    trap - EXIT
    : >"$dir/done"
}

# sqitch_do SOCKET SCHEMA COMMAND [OPTION]...: Sqitch wants a name and a home of its own.
sqitch_do() {
    local home rc=0
    home=$(mktemp -d)
    (cd "$2" && HOME=$home SQITCH_FULLNAME=rig SQITCH_EMAIL=rig@localhost SQITCH_CONFIG="$2/sqitch.conf" \
        sqitch "${@:3}" "db:pg://postgres@/cpf?host=$1") || rc=$?
    rm -rf "$home"
    return "$rc"
}

# sqitch_deploy SOCKET SCHEMA: deploys with verification; then the tables of the projections, as cpfd-migrate does.
sqitch_deploy() {
    sqitch_do "$1" "$2" deploy --verify
    [[ ! -x $2/projections.py ]] || python3 -B "$2/projections.py" sql | psql -qX -h "$1" -U postgres cpf >/dev/null
}

# pg_copy TEMPLATE DIR: a cluster of its own from the template.
pg_copy() {
    pg_make "$2"
    cp -a --reflink=auto "$1/data" "$2/data"
}
