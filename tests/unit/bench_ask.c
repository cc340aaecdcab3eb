/* Questions to the bench rig: what stands in its log, and whether a verdict is the one expected. */
#include "bench_rig.h"
#include "core/right/right.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/enc.h"
#include "core/entry/alarm.h"
#include "core/entry/station.h"

struct batch *rig_batch(const struct rig *r, const char *batch)
{
    struct batch *x = book_batch(&r->book, batch);
    assert_non_null(x);
    return x;
}

size_t rig_count(const struct rig *r, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < r->v.ndrafts; i++)
        n += r->v.draft[i].kind == kind_find(kind);
    return n;
}

const char *rig_text_of(const struct rig *r, const char *kind)
{
    for (size_t i = 0; i < r->v.ndrafts; i++)
        if (r->v.draft[i].kind == kind_find(kind))
            return r->log[r->first + i].text;
    fail_msg("no entry of kind %s", kind);
    return NULL;
}

bool rig_says(const struct rig *r, const char *word)
{
    for (size_t i = r->first; i < r->n; i++)
        if (strstr(r->log[i].text, word))
            return true;
    return false;
}

static const char *arg_text(const struct json *v)
{
    static char text[200];
    struct buf b;
    buf_init(&b);
    if (v)
        json_write(&b, v);
    snprintf(text, sizeof(text), "%s", b.data ? b.data : "");
    buf_fini(&b);
    return text;
}

void rig_expect(const struct verdict *v, enum outcome outcome, const char *code, const char *arg,
                const char *value, const char *file, int line)
{
    bool good = (outcome == ANY_OUTCOME || v->outcome == outcome) && (!code || strcmp(v->code, code) == 0);
    if (!good) {
        print_error("%s %s %s\n", outcome_name(v->outcome), v->code, arg_text(v->args));
        print_error("wanted: %s %s\n", outcome_name(outcome), code ? code : "");
        _fail(file, line);
    }
    if (!arg)
        return;
    const struct json *got = json_get(v->args, arg);
    const char *text = got && got->str ? got->str : arg_text(got);
    if (strcmp(text, value) != 0) {
        print_error("%s: %s is %s, wanted %s\n", v->code, arg, text, value);
        _fail(file, line);
    }
}

/* ---- a station's own list ---- */

void rig_back(struct rig *r, int64_t away)
{
    char since[CLOCK_TEXT];
    clock_format(r->now - away, since);
    rig_entry(r, arena_printf(&r->arena, "station/%s", r->station->id), "station.returned",
              arena_printf(&r->arena, "{\"since\":\"%s\",\"station\":\"%s\"}", since, r->station->id));
}

void rig_offline(struct rig *r, int64_t before)
{
    struct spool_claim *c = arena_alloc(&r->arena, sizeof(*c));
    uint8_t hash[HASH_LEN] = {1};
    char text[44];
    c->number = r->station->spool.number + 1;
    memcpy(hash + 1, &c->number, sizeof(c->number));
    enc_digest(hash, text);
    *c = (struct spool_claim){.number = c->number,
                              .prev = r->station->spool.hash ? r->station->spool.hash : STATION_SPOOL_FIRST,
                              .hash = arena_strdup(&r->arena, text),
                              .sig = "sig",
                              .good = true};
    r->next.occurred = r->now - before;
    r->next.late = LATE_OFFLINE;
    r->next.spool = c;
}

const struct rights *rig_rights(void)
{
    static struct rights *rights;
    char *error = NULL;
    if (!rights && rights_load_file(ETC_DIR "/rights.yaml", &rights, &error) != 0)
        fail_msg("%s", error ? error : "rights");
    return rights;
}

/* ---- typed once more ---- */

const struct verdict *rig_sure(struct rig *r, const char *step, const char *code)
{
    const struct bench *bench = &r->station->bench;
    alert(step ? rig_one(r, step, code) : rig_scan(r, code), "value.once-more");
    for (size_t i = 0; i < bench->npeople; i++)
        if (bench->person[i] != bench->acting) {
            accepted(rig_scan(r, arena_printf(&r->arena, "P:%s", bench->person[i]->id)));
            break;
        }
    return rig_scan(r, code);
}

/* ---- who acts ---- */

void rig_take_over(struct rig *r, const char *person)
{
    alert(rig_scan(r, arena_printf(&r->arena, "P:%s", person)), "bench.take-over");
    accepted_as(rig_scan(r, "X:YES"), "accepted.acting");
}

void rig_out(struct rig *r)
{
    const struct bench *bench = &r->station->bench;
    rig_leaves(r, bench->acting ? bench->acting->id : bench->person[0]->id);
}

void rig_leaves(struct rig *r, const char *person)
{
    accepted(rig_scan(r, "X:OUT"));
    if (strcmp(r->v.code, "accepted.session-whose") == 0)
        accepted(rig_scan(r, arena_printf(&r->arena, "P:%s", person)));
}

const struct verdict *rig_approve(struct rig *r, const char *person)
{
    static const char body[] = "protocol=sample|version=2|change=CC-26-7|overview=3";
    const struct verdict *v = rig_record(r, person, "protocol.approved", body);
    const struct json *list = json_get(v->args, "weakened");
    struct buf all;
    if (!list)
        return v;
    buf_init(&all);
    json_each(one, list)
        buf_printf(&all, "%s%s", all.len ? "," : "", one->str);
    v = rig_record(r, person, "protocol.approved",
                   arena_printf(&r->arena, "%s|weakened=[%s]", body, all.data));
    buf_fini(&all);
    return v;
}

void rig_acknowledge(struct rig *r)
{
    const struct bench *b = &r->station->bench;
    for (const struct alarm *a; (a = bench_alarm(b));) {
        const struct person *p = NULL;
        for (size_t i = 0; a->stops && b->npeople > 1 && i < b->npeople; i++)
            p = alarm_seen_by(a, b->person[i]) ? p : b->person[i];
        accepted(rig_scan(r, p ? arena_printf(&r->arena, "P:%s", p->id) : !a->stops ? "X:ACK" : "X:ACK-QM"));
    }
}

const struct verdict *rig_paper(struct rig *r)
{
    return rig_scan(r, arena_printf(&r->arena, "D:PAPER-%zu", r->n));
}
