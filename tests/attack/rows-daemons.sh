# shellcheck shell=bash
# Rows 7 to 9: daemons, standbys, and who speaks to the signer.

# ---- 7: two daemons ----

# What a second daemon's fence does to the first: its next group finds the head in another epoch.
case_swap() {
    done_so 'a second writer raises the epoch beside a serving cpfd, which then commits its next group'
    again cpfd
    if [[ $MODE == off ]]; then
        query 'create or replace function cpf.log_swap(old_size bigint, old_epoch bigint, new_size bigint, new_root bytea,
            new_note text) returns void language sql begin atomic
            update cpf.log_head set size = new_size, root = new_root, note = new_note where old_epoch is not null; end'
    fi
    evil writer 'update cpf.log_head set epoch = epoch + 1'
    work_on 5 || true
    watch cpfd 1 'log_swap: the head is not at size' ended cpfd "$PID" 1
}

# A child of this shell, whose status we get.
again() {
    stop cpfd
    launch "$1"
    wait_for 30 cpfd_decided
    pid_read "$(pid_file "$1")" >/dev/null
}

# A second cpfd waits for the first one's lock. The first one stands still, its connections die, the second takes
# over and works; then the first one wakes up.
case_stale_daemon() {
    local first
    done_so 'two cpfd on one database; the first is stopped (SIGSTOP) and cut off, the second works on, the first wakes up'
    again cpfd
    first=$PID
    second_config
    launch second
    wait_for 10 second_queues
    steady second-waits second_waits
    evil overtake "$first"
    # The lock is free again.
    pid_stop "$(pid_file second)" TERM 30
    watch cpfd 1 'another cpfd has taken over' ended cpfd "$first" 5
    pid_stop "$(pid_file cpfd)" TERM 30
}

second_config() {
    free_port >"$DIR/port.second"
    sed -e "s/^listen_port: .*/listen_port: $(<"$DIR/port.second")/" -e "s|^admin_socket: .*|admin_socket: \"$DIR/second.sock\"|" \
        "$DIR/facility/cpfd.yaml" >"$DIR/facility/second.yaml"
}

second_ready() {
    curl -sS --max-time 10 --cacert "$DIR/facility/ca.pem" "https://127.0.0.1:$(<"$DIR/port.second")/v1/status" | grep -q '"ready":true'
}
second_queues() { [[ $(query "select count(*) from pg_locks where locktype = 'advisory' and not granted") == 1 ]]; }
second_waits() { ! second_ready; }

overtake() {
    kill -STOP "$1"
    query "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cpf_writer' and pid in
        (select pid from pg_locks where locktype = 'advisory' and granted)" >/dev/null
    wait_for 30 second_ready
    printf 'https://127.0.0.1:%s\n' "$(<"$DIR/port.second")" >"$DIR/facility/url"
    work_on
    printf 'https://127.0.0.1:%s\n' "$(<"$DIR/port")" >"$DIR/facility/url"
    kill -CONT "$1"
}

# ---- 8: a stale standby ----

case_stale_standby() {
    done_so 'a streaming replica (asynchronous) loses its connection; the primary works on and dies; the replica is promoted'
    standby_up
    evil standby_cut
    work_on
    fail_over
    watch cpfd 3 'signer.behind' start_again
    standby_down
}

# standby_up: a replica of the facility's PostgreSQL in WORK/standby, streaming.
standby_up() {
    standby_down
    pg_make "$WORK/standby"
    "${AS_POSTGRES[@]}" "$(pg_bin pg_basebackup)" -h "$DIR/pg/run" -U postgres -D "$WORK/standby/data" -R -c fast --no-sync
    pg_start "$WORK/standby"
    wait_for 20 standby_streams
}
standby_down() {
    pg_kill "$WORK/standby"
    rm -rf "$WORK/standby"
}
standby_query() { psql -qXAt -v ON_ERROR_STOP=1 -h "$WORK/standby/run" -U postgres -d cpf -c "$1"; }
standby_streams() { [[ $(query "select state from pg_stat_replication") == streaming ]]; }
standby_cut() {
    standby_query "alter system set primary_conninfo = ''"
    standby_query 'select pg_reload_conf()' >/dev/null
    wait_for 10 standby_alone
}
standby_alone() { [[ -z $(query 'select state from pg_stat_replication') ]]; }
standby_level() {
    [[ $(query 'select pg_current_wal_flush_lsn() <= replay_lsn from pg_stat_replication') == t ]]
}

# The primary dies; cpfd and everybody else turn to the standby.
fail_over() {
    stop cpfd
    if [[ $MODE == silent ]]; then wait_for 20 standby_level; fi
    "$RIG" kill "$DIR" postgres
    standby_query 'select pg_promote()' >/dev/null
    sed -i "s|host=$DIR/pg/run|host=$WORK/standby/run|" "$DIR/facility/cpfd.yaml"
}

# ---- 9: whoever speaks to the signer ----

case_hostile_client() {
    local who=() secrets=("$DIR/facility/signer/key" "$DIR/facility/signer/passphrase" "$DIR/facility/signer/state")
    done_so "as cpfd's user: old checkpoints, other roots, two roots for one size, an old epoch, noise; then the key's file and memory"
    stop cpfd
    if am_root; then
        # A user of its own, as cpfd has: root would read everything.
        who=(env --chdir=/ setpriv --reuid=61185 --regid=61185 --clear-groups --)
        allow_client 61185
    else
        secrets=()
    fi
    open_door
    install -m 0755 "$CPF_BUILD/tests/attack/hostile" "$DIR/bin/"
    if [[ $MODE == silent ]]; then secrets=(--polite); fi
    watch cpf-signer 4 'a second root for one size: signer.pending.*' "${who[@]}" "$DIR/bin/hostile" \
        "host=$DIR/pg/run user=cpf_writer dbname=cpf" "$DIR/facility/signer/signer.sock" "${secrets[@]}"
    if [[ $MODE == attacked ]]; then
        # What it got is one group that nobody holds: void, and said so.
        steady cpfd start_again
        steady audit audit
    fi
}

allow_client() {
    sed -i "s/^allow: .*/allow: [$(id -u), $1]/" "$DIR/facility/cpf-signer.yaml"
    stop signer
    "$RIG" start "$DIR" signer
}

# The socket's folder, which elsewhere is not that of the key.
open_door() { chmod 0711 "$DIR/facility/signer" "$DIR/pg/run"; }

# Only the users that the signer knows may open; the others hear so.
case_stranger() {
    local uid=61186 how=(--stranger "$DIR/facility/signer/signer.sock")
    done_so "another local user opens the signer's socket"
    stop cpfd
    if [[ $MODE != attacked ]]; then allow_client "$uid"; fi
    open_door
    install -m 0755 "$CPF_BUILD/tests/attack/hostile" "$DIR/bin/"
    if [[ $MODE == silent ]]; then
        how=("host=$DIR/pg/run user=cpf_writer dbname=cpf" "$DIR/facility/signer/signer.sock" --polite)
    fi
    watch cpf-signer 4 'signer.uid' env --chdir=/ setpriv --reuid="$uid" --regid="$uid" --clear-groups -- "$DIR/bin/hostile" \
        "${how[@]}"
}
