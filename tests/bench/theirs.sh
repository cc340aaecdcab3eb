# shellcheck shell=bash
# The other side of the bench: pgbench inserting our entries' bodies into an identical table in the same cluster,
# prepared, one commit each. Wants PGHOST, PGUSER, PGDATABASE, and WORK for files.

BODIES=64 # different entries, drawn evenly from our log

# Table, indexes, constraints and storage as ours; numbers and ids come from a sequence, in order as UUIDv7 do.
theirs_table() {
    psql -qX -v ON_ERROR_STOP=1 <<'SQL'
drop schema if exists bench cascade;
create schema bench;
create table bench.theirs (like cpf.entry including all);
create sequence bench.idx minvalue 0 cache 64;
SQL
}

# theirs_scripts FROM: bodies are drawn from index FROM on. One script and three values for each body. Values go as parameters of the prepared statement, as ours do.
theirs_scripts() {
    local i=0 stream kind body leaf
    THEIRS=()
    while IFS=$'\t' read -r stream kind leaf body; do
        i=$((i + 1))
        THEIRS+=(-f "$WORK/theirs.$i.sql" -D "s$i=$stream" -D "k$i=$kind" -D "l$i=$leaf" -D "b$i=$body")
        cat >"$WORK/theirs.$i.sql" <<SQL
insert into bench.theirs (idx, id, stream, sseq, kind, at, body, leaf)
select n, lpad(to_hex(n), 32, '0')::uuid, :s$i, n + 1, :k$i, now(), :b$i, decode(:l$i, 'hex')
from nextval('bench.idx') as n;
SQL
    done < <(theirs_bodies "$1")
    ((i > 0)) || { echo 'bench: our log has no entries to copy' >&2; return 1; }
}

# Tabs and backslashes never stand unescaped in an entry, so unaligned output is exact.
theirs_bodies() {
    psql -qXAt -F $'\t' <<SQL
select stream, kind, encode(leaf, 'hex'), body from (
    select *, row_number() over (order by idx) - 1 as n, count(*) over () as all_of_them
    from cpf.entry where body is not null and id is not null and idx >= $1) e
where n % greatest(all_of_them / $BODIES, 1) = 0 limit $BODIES;
SQL
}

# theirs_run CLIENTS SECONDS: rows/s and p50, p99 in ms.
theirs_run() {
    local jobs=$(($1 < 2 ? 1 : 2)) rate=1 log
    # A log line for each of 50,000 rows a second would be a load of its own.
    if (($1 >= 8)); then rate=0.1; fi
    rm -f "$WORK"/latency.*
    log=$WORK/theirs.out
    "$(pg_bin pgbench)" -n -M prepared -c "$1" -j "$jobs" -T "$2" "${THEIRS[@]}" \
        -l --sampling-rate="$rate" --log-prefix="$WORK/latency" >"$log" 2>&1 || {
        tail -5 "$log" >&2
        return 1
    }
    awk '/^tps = /{ printf "%s ", $3 }' "$log"
    cat "$WORK"/latency.* | awk '{ print $3 }' | sort -n | awk '{ v[NR] = $1 } END {
        printf "%.3f %.3f\n", v[int((NR + 1) / 2)] / 1000, v[int(NR * 0.99 + 0.5)] / 1000 }'
}
