# shellcheck shell=bash
# Rows 1 to 6 and 14 to 17: what the database's owner can do with SQL. Cases are functions named case_*.

# ---- 1: an entry edited ----

case_edit_closed() {
    local idx
    idx=$(scanned "batch/$CLOSED")
    done_so "superuser: update cpf.entry set body = … (another performer) where idx = $idx, of the closed batch $CLOSED"
    evil dba "update cpf.entry set body = replace(body, '\"performed\":\"OP', '\"performed\":\"QP') where idx = $idx;
        select cpf.project_reset()"
    watch audit 4 "entry $idx .*its bytes do not give its leaf" audit
    watch cpf-verify 15 '\[proof.inclusion\]' inspect "$CLOSED"
}

case_edit_open() {
    local idx
    idx=$(scanned "batch/$OPEN")
    done_so "the same with entry $idx of the open batch $OPEN"
    evil dba "update cpf.entry set body = replace(body, '\"performed\":\"OP', '\"performed\":\"QP') where idx = $idx;
        select cpf.project_reset()"
    watch audit 4 "entry $idx .*its bytes do not give its leaf" audit
    watch cpfd 3 "entry $idx .*its bytes do not give the leaf that was signed" start_again
}

# ---- 2: rows deleted, reordered ----

case_delete() {
    local idx
    idx=$(scanned "batch/$CLOSED")
    done_so "superuser: delete from cpf.entry where idx = $idx"
    evil dba "delete from cpf.entry where idx = $idx; delete from cpf.disclosure where idx = $idx; select cpf.project_reset()"
    watch audit 4 "entry $idx is missing" audit
    watch cpf-report 90 'map [0-9]* of streams counts' inspect "$CLOSED"
}

case_reorder() {
    local idx
    idx=$(scanned "batch/$CLOSED")
    done_so "superuser: entries $idx and $((idx + 1)) change places"
    evil dba "update cpf.entry set idx = 1000000000 where idx = $idx; update cpf.entry set idx = $idx where idx = $idx + 1;
        update cpf.entry set idx = $idx + 1 where idx = 1000000000; select cpf.project_reset()"
    watch audit 4 'is missing before it \(sseq\)|root is not what the entries before it give' audit
    watch cpf-verify 15 '\[proof.inclusion\]' inspect "$CLOSED"
}

# ---- 3: rewritten consistently ----

OWN_KEY=4242424242424242424242424242424242424242424242424242424242424242

# Entries, chain, leaves, tiles, head, and every checkpoint under a key of the forger's own.
case_rewrite_head() {
    local idx
    idx=$(query "select max(idx) from cpf.entry where body like '%\"performed\":\"OP%'")
    done_so "daemon down; forger: entry $idx at the head rewritten; leaves, tiles, root and head follow; checkpoints under a key of his own"
    stop cpfd
    evil forge "$idx" '"performed":"OP' '"performed":"QP' --key "$OWN_KEY"
    evil dba 'select cpf.project_reset()'
    watch audit 4 'is not signed by the key given' audit
    watch cpfd 3 'is not what its signed note says' start_again
}

case_rewrite_open() {
    local idx
    idx=$(scanned "batch/$OPEN")
    done_so "daemon down; forger: entry $idx of the open batch rewritten with everything behind it; the signed head left as it was"
    stop cpfd
    evil forge "$idx" '"performed":"OP' '"performed":"QP' --keep-head
    evil dba 'select cpf.project_reset()'
    watch audit 4 'root is not what the entries before it give' audit
    # With the daemon's look at it off, cpf-signer refuses the first entry that it writes.
    [[ $MODE == off ]] || watch cpfd 3 'do not give the signed root' start_again
}

case_rewrite_deep() {
    local idx
    idx=$(scanned "batch/$CLOSED" 1)
    done_so "forger: entry $idx deep in the closed batch rewritten, its chain and leaves follow; tiles and head stay, so that a start has nothing to see"
    evil forge "$idx" '"performed":"OP' '"performed":"QP' --keep-head --keep-tiles
    evil dba 'select cpf.project_reset()'
    watch audit 4 'tile 0/[0-9]* is not what the entries give|root is not what the entries before it give' audit
    watch cpf-report 90 'map [0-9]* of streams counts' inspect "$CLOSED"
}

# ---- 4: forged at the tail; passed as void ----

# A flawless entry, but for the signature over its place, which is not the next: a daemon that saw nothing would write there.
case_forged_tail() {
    local idx
    idx=$(scanned "batch/$OPEN" 4)
    done_so "daemon down; superuser: a copy of entry $idx as next entry of its stream, inserted far behind the head"
    stop cpfd
    evil puppet "$idx" "batch/$OPEN" --beyond
    evil dba 'update cpf.entry e set idx = e.idx + 100000 from cpf.log_head h where e.idx >= h.size'
    watch audit 4 'rows beyond the head' audit
    watch cpfd 3 'rows beyond the head' start_again
}

case_passed_as_void() {
    local size
    size=$(query 'select size from cpf.log_head')
    done_so "daemon down; superuser: the bodies of the last 3 entries ($((size - 3)) to $((size - 1))) taken away"
    stop cpfd
    evil dba "update cpf.entry set body = null, stream = null, sseq = null, kind = null, at = null, id = null
        where idx >= $size - 3; delete from cpf.disclosure where idx >= $size - 3; select cpf.project_reset()"
    watch audit 4 'have no body and no log.void names them' audit
    watch cpfd 3 'are not those that cpf-signer gave up' start_again
    # What a daemon that believes it writes next makes the lie part of the log.
    watch audit 4 'have no body and no log.void names them' audit
}

case_void_inside() {
    local idx
    idx=$(query "select max(idx) from cpf.entry where kind = 'lot.opened' and idx < (select size - 200 from cpf.log_head)")
    done_so "superuser: the body of entry $idx (that a bottle was opened) taken away, in the middle of the log"
    evil dba "update cpf.entry set body = null, stream = null, sseq = null, kind = null, at = null, id = null
        where idx = $idx; delete from cpf.disclosure where idx = $idx; select cpf.project_reset()"
    watch audit 4 'not the log.void that must name them' audit
    watch cpfd 3 'no log.void names them' start_again
}

# ---- 5: the tail cut ----

# Everything behind an earlier checkpoint; by itself the smaller log is flawless.
case_tail_cut() {
    done_so 'daemon down; superuser: entries, tiles, checkpoints and head taken back to a checkpoint some 100 entries before'
    stop cpfd
    evil dba "create temp table k as select size, note from cpf.checkpoint
            where size <= (select size - 100 from cpf.log_head) order by size desc limit 1;
        delete from cpf.checkpoint c using k where c.size > k.size;
        delete from cpf.map_row m using k, cpf.entry e where e.kind = 'log.batch-map' and e.idx >= k.size
            and m.map = (e.body::jsonb #>> '{body,map}')::bigint;
        delete from cpf.entry e using k where e.idx >= k.size;
        delete from cpf.disclosure d using k where d.idx >= k.size;
        delete from cpf.tile t using k where (t.n + 1) * (256 ^ (t.level + 1)) > k.size;
        update cpf.log_head h set size = k.size, note = k.note,
            root = decode(split_part(k.note, e'\\n', 3), 'base64') from k;
        select cpf.project_reset()"
    steady audit-blind audit
    watch cpfd 3 'signer.behind' start_again
}

case_old_backup() {
    done_so 'pg_basebackup; a day of work; the backup restored in place of the database, cpf-signer stays'
    base_backup "$WORK/backup"
    work_on
    stop cpfd postgres
    evil put_back "$WORK/backup"
    "$RIG" start "$DIR" postgres
    steady audit-blind audit
    watch cpfd 3 'signer.behind' start_again
}

base_backup() {
    rm -rf "$1"
    if am_root; then install -d -m 0700 -o postgres "$1"; fi
    "${AS_POSTGRES[@]}" "$(pg_bin pg_basebackup)" -h "$DIR/pg/run" -U postgres -D "$1" -c fast --no-sync
}

put_back() {
    rm -rf "$DIR/pg/data"
    cp -a "$1" "$DIR/pg/data"
}

# Both back together: nothing inside can know. The inspector's printed checkpoint does.
case_both_restored() {
    local known=() size
    done_so 'a snapshot of database AND cpf-signer put back; the inspector holds the checkpoint printed before (QR)'
    work_on
    size=$(query 'select size from cpf.log_head')
    query 'select note from cpf.log_head' | head -n 3 >"$WORK/printed"
    evil "$RIG" restore "$DIR" base
    steady cpfd start_again
    steady audit-blind audit
    if [[ $MODE != off ]]; then known=(--known-checkpoint "$WORK/printed"); fi
    # With the proof that such an inspector asks for, if the log has ever been that large.
    bundle "$CLOSED" "$WORK/bundle.zip" "$(query "select jsonb_build_object('consistent', coalesce(jsonb_agg(size), '[]'))
        from cpf.checkpoint where size = $size and $([[ $MODE == silent ]] && echo true || echo false)")"
    watch cpf-verify 19 "\[known.newer\].*|you hold size $size" verify "$WORK/bundle.zip" "${known[@]}"
}

# ---- 6: a projection edited ----

case_projection() {
    done_so "superuser: update cpf.batch set state = 'released' for the open batch $OPEN"
    evil dba "update cpf.batch set state = 'released' where batch = '$OPEN'"
    watch audit 4 "projection: cpf.batch $OPEN.*: state is released" audit
    # The rules read the log: the batch is what it was.
    steady rules still_open
}

still_open() {
    "$DIR/bin/cpfctl" --dir "$DIR/facility" batch list >"$WORK/list" || return
    grep -q "$OPEN" "$WORK/list" && ! grep "$OPEN" "$WORK/list" | grep -q released
}

# ---- 14: what guards the tables taken away ----

case_trigger_off() {
    done_so 'superuser: alter table cpf.entry disable trigger keep'
    evil query 'alter table cpf.entry disable trigger keep'
    watch audit 4 'the catalogue (has|lacks) "trigger entry CREATE TRIGGER keep' audit
    watch cpfd 3 'the catalogue (has|lacks) .*trigger entry CREATE TRIGGER keep' start_again
}

case_grant_given() {
    done_so 'superuser: grant delete on cpf.entry to cpf_writer'
    evil query 'grant delete on cpf.entry to cpf_writer'
    watch audit 4 'the catalogue has "grant DELETE on entry to cpf_writer"' audit
    watch cpfd 3 'the catalogue has .*grant DELETE on entry to cpf_writer' start_again
}

case_function_replaced() {
    done_so 'superuser: the function that swaps the head replaced by one that looks at nothing'
    evil query 'create or replace function cpf.log_swap(old_size bigint, old_epoch bigint, new_size bigint, new_root bytea,
        new_note text) returns void language sql begin atomic
        update cpf.log_head set size = new_size, root = new_root, note = new_note; end'
    watch audit 4 'the catalogue (lacks|has) "function cpf.log_swap' audit
    watch cpfd 3 'the catalogue (lacks|has) .*function cpf.log_swap' start_again
}

# ---- 15: the end of a stream, believed from columns or an index; old checkpoints ----

# The open batch ends three entries earlier for who asks by name; no byte is changed.
case_end_by_columns() {
    done_so "daemon down; superuser: the last 3 entries of batch/$OPEN get another name and number in their columns"
    stop cpfd
    evil dba "update cpf.entry set stream = concat('zz/', idx), sseq = 1
        where stream = 'batch/$OPEN' and sseq > (select max(sseq) - 3 from cpf.entry where stream = 'batch/$OPEN')"
    watch cpfd 3 'are found by its name|its columns are not what its bytes say' start_again
    watch audit 4 'column stream is not what its bytes say|entries are found by their columns' audit --no-projections
    watch cpf-report 5 'is not found by its name|are found by its name' bundle "$OPEN" "$WORK/bundle.zip"
}

# Put back while the index takes no new rows: nothing is changed, the index by stream lacks three entries.
case_end_by_index() {
    done_so "daemon down; superuser: the same entries deleted and put back while the index by stream is not ready"
    stop cpfd
    evil dba "create table public.taken as select * from cpf.entry
            where stream = 'batch/$OPEN' and sseq > (select max(sseq) - 3 from cpf.entry where stream = 'batch/$OPEN');
        delete from cpf.entry e using public.taken t where e.idx = t.idx;
        update pg_index set indisready = false where indexrelid = 'cpf.entry_stream_sseq_key'::regclass"
    evil dba "insert into cpf.entry select * from public.taken; drop table public.taken;
        update pg_index set indisready = true where indexrelid = 'cpf.entry_stream_sseq_key'::regclass"
    watch cpfd 3 'are found by its name' start_again
    watch audit 4 'entries are found by the index entry_stream_sseq_key' audit --no-projections
    watch cpf-report 5 'is not found by its name|are found by its name' bundle "$OPEN" "$WORK/bundle.zip"
}

# Stamps and cosignatures over them go with them.
case_checkpoints_gone() {
    done_so 'superuser: every checkpoint but the newest deleted'
    evil dba 'delete from cpf.checkpoint where size < (select size from cpf.log_head)'
    watch cpfd 3 'checkpoints by map|checkpoints between the sizes' start_again
    watch audit 4 'checkpoints up to size|checkpoints between the sizes' audit --no-projections
}

# ---- 16: names, views, policies ----

case_names_shadowed() {
    done_so 'superuser: a schema with an = and a max() of its own, first in the search_path of our roles'
    evil query 'create schema evil; grant usage on schema evil to public;
        create function evil.yes(bigint, bigint) returns bool language sql immutable return true;
        create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.yes);
        create function evil.max(bigint) returns bigint language sql immutable return 2;
        alter role cpf_writer set search_path = evil, pg_catalog; alter role cpf_reader set search_path = evil, pg_catalog'
    watch audit 4 'setting search_path=evil' audit
    watch cpfd 3 'setting search_path=evil' start_again
    query 'alter role cpf_writer reset search_path; alter role cpf_reader reset search_path'
}

case_view_replaced() {
    done_so 'superuser: the view of anchors replaced by an empty one'
    evil query "create or replace view cpf.anchors as select size, kind, name, utc from (
        select c.size, 'witness'::text as kind, c.name, c.at at time zone 'UTC' as utc from cpf.cosignature c) x where false"
    watch audit 4 'words of view anchors' audit
    watch cpfd 3 'words of view anchors' start_again
}

case_row_security() {
    done_so 'superuser: row level security on the projection of refusals, so that readers see none'
    evil query 'alter table cpf.refusal enable row level security'
    watch audit 4 'table refusal kind r .* row security t' audit --no-projections
    watch cpfd 3 'table refusal kind r .* row security t' start_again
}

# ---- 17: what somebody holds was never there ----

case_size_that_never_was() {
    local known=()
    done_so 'somebody holds a checkpoint of another history of this log, and asks for the proof from its size'
    if [[ $MODE == attacked ]]; then known=('{"consistent": [1000000]}'); fi
    watch cpf-report 6 'there is no checkpoint of size 1000000' bundle "$CLOSED" "$WORK/bundle.zip" "${known[@]}"
}
