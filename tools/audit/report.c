/* What is said: while it runs, and at the end to people, to programs, and to who watches. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "audit/int.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/mem.h"
#include "lib/files.h"
#include "lib/say.h"

void audit_progress(struct audit *a)
{
    if (!a->progress)
        return;
    int64_t now = clock_mono_ms();
    if (now - a->told_ms < 1000)
        return;
    a->told_ms = now;
    uint64_t rows = atomic_load(&a->done), begin = a->from;
    fprintf(stderr,
            say("監査中 %" PRIu64 " / %" PRIu64 " 件 (毎秒 %" PRIu64 " 件)%s",
                "audit: %" PRIu64 " of %" PRIu64 " entries (%" PRIu64 "/s)%s"),
            begin + rows, a->size, rows * 1000 / (uint64_t)(now - a->began_ms + 1), isatty(2) ? "\r" : "\n");
}

static const char *mode(const struct audit *a)
{
    return a->from ? "incremental" : "full";
}

static void to_json(const struct audit *a, struct buf *b)
{
    struct arena m;
    char root[44], at[CLOCK_TEXT];
    arena_init(&m, 0);
    struct json *o = json_object(&m);
    json_set(&m, o, "ok", json_bool(&m, a->code == 0));
    json_set_str(&m, o, "fault", a->fault);
    json_set_str(&m, o, "mode", mode(a));
    json_set_str(&m, o, "origin", a->key.name);
    clock_format(clock_now_ms(), at);
    json_set_str(&m, o, "at", at);
    json_set_int(&m, o, "size", (int64_t)a->size);
    json_set_int(&m, o, "from", (int64_t)a->from);
    json_set_int(&m, o, "entries", (int64_t)(a->idx > a->from ? a->idx - a->from : 0));
    enc_digest(a->root, root);
    json_set_str(&m, o, "root", root);
    json_set_int(&m, o, "streams", (int64_t)a->streams.count);
    json_set_int(&m, o, "void_rows", (int64_t)a->n.nvoid);
    json_set_int(&m, o, "checkpoints", (int64_t)a->n.ncheckpoints);
    json_set_int(&m, o, "signatures", (int64_t)a->n.nsignatures);
    json_set_int(&m, o, "tiles", (int64_t)a->n.ntiles);
    json_set_int(&m, o, "disclosures", (int64_t)a->n.ndisclosures);
    if (a->strict)
        json_set_int(&m, o, "acts", (int64_t)a->n.nacts);
    json_set_int(&m, o, "maps", (int64_t)a->nmaps);
    json_set_int(&m, o, "cosignatures", (int64_t)a->ncosignatures);
    json_set_int(&m, o, "stamps", (int64_t)a->nstamps);
    json_set_int(&m, o, "anchors_unknown", (int64_t)a->nanchors_unknown);
    if (a->projected_checked) {
        json_set_int(&m, o, "projected", a->projected);
        json_set_int(&m, o, "rows", (int64_t)a->nrows);
    }
    json_set_int(&m, o, "jobs", (int64_t)a->jobs);
    json_set_int(&m, o, "log_ms", a->log_ms);
    json_set_int(&m, o, "milliseconds", clock_mono_ms() - a->began_ms);
    json_write(b, o);
    arena_fini(&m);
}

static void to_text(const struct audit *a)
{
    double seconds = (double)(clock_mono_ms() - a->began_ms) / 1000;
    if (a->code == CPF_E_AWAY) {
        say_error(say("データベースを読めません: %s\n", "cannot read the database: %s\n"), a->fault);
        return;
    }
    if (a->code) {
        printf(say("不合格: %s\n", "FAILED: %s\n"), a->fault);
        return;
    }
    if (a->from)
        printf(say("前回の監査 (%" PRIu64 " 件) 以降のみ。",
                   "since the last audit (%" PRIu64 " entries) only; "),
               a->from);
    printf(say("合格: %s、%" PRIu64 " 件、ストリーム %zu、チェックポイント %" PRIu64 " (署名検証 %" PRIu64
               ")、タイル %" PRIu64 "、開示値 %" PRIu64 "、本文のない行 %" PRIu64 "、投影表の行 %" PRIu64
               "、%.1f 秒\n",
               "ok: %s, %" PRIu64 " entries, %zu streams, %" PRIu64 " checkpoints (%" PRIu64
               " signatures verified), %" PRIu64 " tiles, %" PRIu64 " disclosures, %" PRIu64
               " void rows, %" PRIu64 " projected rows, %.1f s\n"),
           a->key.name, a->size, a->streams.count, a->n.ncheckpoints, a->n.nsignatures, a->n.ntiles,
           a->n.ndisclosures, a->n.nvoid, a->nrows, seconds);
}

/* One line with the priority that systemd reads: 2 critical (the log is not what it was), 3 error (it could
 * not be read), 6 information. Whatever the database says cannot begin a line of its own. */
static void to_journal(const struct audit *a)
{
    char *fault = xstrdup(a->fault ? a->fault : "");
    for (char *p = fault; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    if (a->code)
        fprintf(stderr, "<%d>audit.%s origin=%s size=%" PRIu64 " mode=%s fault=\"%s\"\n",
                a->code == CPF_E_AWAY ? 3 : 2, a->code == CPF_E_AWAY ? "unreachable" : "failed", a->key.name,
                a->size, mode(a), fault);
    else
        fprintf(stderr, "<6>audit.ok origin=%s size=%" PRIu64 " mode=%s entries=%" PRIu64 " ms=%" PRId64 "\n",
                a->key.name, a->size, mode(a), a->idx > a->from ? a->idx - a->from : 0,
                clock_mono_ms() - a->began_ms);
    free(fault);
}

void audit_report(const struct audit *a)
{
    struct buf b;
    buf_init(&b);
    to_json(a, &b);
    buf_addc(&b, '\n');
    if (a->json)
        fputs(b.data, stdout);
    else if (!a->journal)
        to_text(a);
    if (a->journal)
        to_journal(a);
    if (a->result_path && files_write(a->result_path, b.data, b.len, 0644))
        say_error(say("%s に書けません\n", "cannot write %s\n"), a->result_path);
    buf_fini(&b);
}
