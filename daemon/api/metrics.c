/* GET /metrics on the admin socket: Prometheus' text format, and what the last audit said. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "anchor/anchor.h"
#include "api/api.h"
#include "base/clock.h"
#include "hint.h"
#include "ledger/ledger.h"

#define RESULT_MOST 65536 /* bytes of what an audit says */

static void put(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct buf *b, const char *name, int64_t value, const char *help)
{
    put(b, name, "gauge", help);
    buf_printf(b, "%s %" PRId64 "\n", name, value);
}

static void counter(struct buf *b, const char *name, uint64_t value, const char *help)
{
    put(b, name, "counter", help);
    buf_printf(b, "%s %" PRIu64 "\n", name, value);
}

static void seconds(struct buf *b, const char *name, uint64_t us, const char *help)
{
    put(b, name, "counter", help);
    buf_printf(b, "%s %" PRIu64 ".%06" PRIu64 "\n", name, us / 1000000, us % 1000000);
}

/* Only kinds of which there was one: every line of it is a bug. */
static void put_refused(const struct api *api, struct buf *b)
{
    put(b, "cpf_book_refused_total", "counter",
        "Commands taken back because an entry of that kind did not fold: a bug.");
    for (int k = KIND_NONE + 1; k < KINDS; k++) {
        uint64_t n = flow_refused(api->flow, (enum kind_id)k);
        if (n)
            buf_printf(b, "cpf_book_refused_total{kind=\"%s\"} %" PRIu64 "\n", kind_text((enum kind_id)k), n);
    }
}

static void put_recalls(const struct api *api, struct buf *b)
{
    const struct flow_recall_state *s = flow_recall_state(api->flow);
    counter(b, "cpf_recalled_streams_total", s->done, "Closed streams that came back for a judgement.");
    counter(b, "cpf_recall_refused_total", s->refused,
            "Judgements refused because what the database has of a closed stream is not what was signed.");
}

/* Of those that have a key: who is not heard, and whose clock is off. */
static void put_stations(const struct api *api, struct buf *b)
{
    size_t pos = 0;
    put(b, "cpf_station_silent", "gauge", "1 while a station where somebody is signed in is not heard.");
    for (const struct station *st; (st = map_next(&flow_book(api->flow)->stations, &pos));)
        if (st->key && !st->revoked)
            buf_printf(b, "cpf_station_silent{station=\"%s\"} %d\n", st->id, st->silent_since != 0);
    put(b, "cpf_station_clock_ahead_seconds", "gauge",
        "How far a station's clock is ahead, as it said last.");
    pos = 0;
    for (const struct station *st; (st = map_next(&flow_book(api->flow)->stations, &pos));)
        if (st->heard.at && !st->revoked)
            buf_printf(b, "cpf_station_clock_ahead_seconds{station=\"%s\"} %.3f\n", st->id,
                       (double)st->heard.ahead_ms / 1000);
}

/* ---- the log ---- */

uint64_t api_log_size(const struct api *api)
{
    const char *text = ledger_checkpoint(flow_ledger(api->flow));
    struct checkpoint c;
    struct note n;
    if (!text || note_parse(&n, text, strlen(text)) || checkpoint_parse(&c, n.text, n.text_len))
        return 0;
    return c.size;
}

/* Each of them, so that an alert knows its name before it comes. */
static void put_reasons(struct buf *b, const char *now)
{
    put(b, "cpf_unavailable", "gauge", "1 for the reason why commands are refused, if they are.");
    for (size_t i = 0; hint_reason(i); i++)
        buf_printf(b, "cpf_unavailable{reason=\"%s\"} %d\n", hint_reason(i),
                   now && strcmp(now, hint_reason(i)) == 0);
}

static void put_log(const struct api *api, struct buf *b)
{
    const struct ledger *l = flow_ledger(api->flow);
    struct ledger_stats s = ledger_stats(l);
    gauge(b, "cpf_ready", flow_ready(api->flow), "1 while commands are taken.");
    put_reasons(b, flow_unavailable(api->flow));
    gauge(b, "cpf_basis_accepted", book_basis_accepted(flow_book(api->flow)),
          "1 if what changes what a record says (words, forms, staff, settings, program) is accepted.");
    gauge(b, "cpf_log_size", (int64_t)api_log_size(api), "Entries in the newest signed checkpoint.");
    gauge(b, "cpf_waiting_commands", (int64_t)ledger_waiting(l), "Commands judged and not durable yet.");
    gauge(b, "cpf_waiting_bytes", (int64_t)ledger_waiting_bytes(l), "Their bytes.");
    counter(b, "cpf_groups_total", s.groups, "Group commits since the start.");
    counter(b, "cpf_entries_total", s.entries, "Entries made durable since the start.");
    seconds(b, "cpf_sign_seconds_total", s.sign_us, "Time in which the signer was waited for.");
    seconds(b, "cpf_commit_seconds_total", s.commit_us, "Time in which PostgreSQL's commit was waited for.");
    seconds(b, "cpf_settle_seconds_total", s.settle_us,
            "Time in which the signer's settling was waited for.");
    counter(b, "cpf_commit_warnings_total", s.warned,
            "Commits answered with a warning: somebody cancelled the wait for the standby. None was taken as "
            "done.");
}

static void put_watchers(const struct api *api, struct buf *b)
{
    struct live_stats s = live_stats(api->live);
    gauge(b, "cpf_watchers", (int64_t)s.watchers, "Pages and programs that are told of changes now.");
    counter(b, "cpf_events_total", s.events, "Events told to whoever watches, each counted once.");
    counter(b, "cpf_watchers_slow_total", s.slow, "Watchers ended because they did not read.");
    counter(b, "cpf_watchers_refused_total", s.refused, "Watchers turned away for want of a place.");
}

static void put_beside(const struct api *api, struct buf *b)
{
    int64_t idx = -1, lag;
    uint64_t faults = 0;
    if (api->followed) {
        api->followed(api->followed_arg, &idx, &faults);
        lag = (int64_t)api_log_size(api) - 1 - idx;
        gauge(b, "cpf_follow_lag_entries", lag > 0 ? lag : 0,
              "Entries that the projections do not show yet.");
        counter(b, "cpf_follow_faults_total", faults, "Times that the projections had to be tried again.");
    }
    counter(b, "cpf_documents_total", api->documents, "Bundles and reports made.");
    counter(b, "cpf_document_failures_total", api->document_failures,
            "Bundles and reports that could not be made.");
    counter(b, "cpf_evidence_alarms_total", api->alarms,
            "Documents refused because entries are hidden, or a size was asked for that the log never had.");
    counter(b, "cpf_unknown_stations_total", api->unknown_stations,
            "Requests with a token that nobody enrolled; all refused.");
}

/* ---- certificates ---- */

static void put_days(const struct api *api, struct buf *b, const char *what, bool report)
{
    int64_t days;
    if (health_days(api->health, report, &days))
        buf_printf(b, "cpf_certificate_days{for=\"%s\"} %" PRId64 "\n", what, days);
}

static void put_certificate(struct buf *b, const char *what, struct http_validity v)
{
    if (v.until)
        buf_printf(b, "cpf_certificate_expiry_seconds{for=\"%s\"} %" PRId64 "\n", what, v.until / 1000);
}

static void put_certificates(const struct api *api, struct buf *b)
{
    put(b, "cpf_certificate_expiry_seconds", "gauge",
        "When it ends, in seconds since 1970; compare with time().");
    put_certificate(b, "https", health_validity(api->health, false));
    put_certificate(b, "report", health_validity(api->health, true));
    put(b, "cpf_certificate_days", "gauge", "Days until it ends; below 0: it has ended.");
    put_days(api, b, "https", false);
    put_days(api, b, "report", true);
}

/* Each of them, as with the reasons above. */
static void put_warnings(const struct api *api, struct buf *b)
{
    put(b, "cpf_warning", "gauge", "1 for what is wrong and does not keep from serving.");
    for (size_t i = 0; i < HEALTH_WARNINGS; i++)
        buf_printf(b, "cpf_warning{code=\"%s\"} %d\n", hint_warning(i),
                   health_warns(api->health, (enum health_warning)i));
    buf_printf(b, "cpf_warning{code=\"%s\"} %d\n", HINT_RIGHTS_PROPOSED,
               flow_book(api->flow)->tables.proposed != NULL);
    buf_printf(b, "cpf_warning{code=\"%s\"} %d\n", HINT_RIGHTS_UNREADABLE,
               api_rights_unread(flow_book(api->flow)));
}

/* ---- anchors ---- */

/* A label's value: whatever a policy calls a witness. */
static void put_label(struct buf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *s);
    }
}

static void put_witnesses(struct buf *b, const struct json *list, const char *name, const char *member,
                          const char *help)
{
    put(b, name, "gauge", help);
    json_each(w, list) {
        buf_printf(b, "%s{witness=\"", name);
        put_label(b, json_get_str(w, "name"));
        buf_printf(b, "\"} %" PRId64 "\n", json_get_int(w, member, 0));
    }
}

static void put_anchors(const struct api *api, struct buf *b)
{
    struct arena a;
    arena_init(&a, 0);
    const struct json *o = anchor_status(api->anchor, &a), *stamp = json_get(o, "stamp"),
                      *list = json_get(o, "witnesses");
    if (o) {
        gauge(b, "cpf_anchor_alarm", json_get(o, "alarm") != NULL,
              "1 since somebody saw another history of this log, or a bad time stamp came.");
        gauge(b, "cpf_anchor_quorum_size", json_get_int(json_get(o, "quorum"), "size", 0),
              "The newest checkpoint that meets the policy.");
    }
    if (list) {
        put_witnesses(b, list, "cpf_anchor_witness_size", "size", "The newest size that a witness cosigned.");
        put_witnesses(b, list, "cpf_anchor_witness_failures", "failures", "Rounds in a row that failed.");
    }
    if (stamp) {
        gauge(b, "cpf_anchor_stamp_size", json_get_int(stamp, "size", 0),
              "The newest size that was stamped.");
        gauge(b, "cpf_anchor_stamp_failures", json_get_int(stamp, "failures", 0),
              "Time stamps in a row that failed.");
    }
    arena_fini(&a);
}

/* ---- the last audit ---- */

static const struct json *read_result(struct arena *a, const char *folder, const char *name)
{
    const char *path = arena_printf(a, "%s/%s.json", folder, name);
    char *text = arena_alloc(a, RESULT_MOST);
    const struct json *o = NULL;
    FILE *f = fopen(path, "re");
    if (!f)
        return NULL;
    size_t n = fread(text, 1, RESULT_MOST, f);
    fclose(f);
    while (n && text[n - 1] == '\n')
        n--;
    return json_parse(a, text, n, &o, NULL) == 0 && o->type == JSON_OBJECT ? o : NULL;
}

static const char *const audits[] = {"new", "full"};
#define AUDITS (sizeof(audits) / sizeof(*audits))

static int64_t ended(const struct json *o)
{
    const char *when = o ? json_get_str(o, "at") : NULL;
    int64_t at;
    return when && clock_parse(when, &at) == 0 ? at / 1000 : 0;
}

static void put_audits(const struct api *api, struct buf *b)
{
    const struct json *o[AUDITS];
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < AUDITS; i++)
        o[i] = read_result(&a, api->conf->audit_results, audits[i]);
    put(b, "cpf_audit_ok", "gauge", "1 if the last audit found nothing wrong; 0 also when there was none.");
    for (size_t i = 0; i < AUDITS; i++)
        buf_printf(b, "cpf_audit_ok{audit=\"%s\"} %d\n", audits[i], o[i] && json_get_bool(o[i], "ok"));
    put(b, "cpf_audit_timestamp_seconds", "gauge", "When it ended; 0: never, or its result cannot be read.");
    for (size_t i = 0; i < AUDITS; i++)
        buf_printf(b, "cpf_audit_timestamp_seconds{audit=\"%s\"} %" PRId64 "\n", audits[i], ended(o[i]));
    put(b, "cpf_audit_size", "gauge", "Entries in the log that it saw.");
    for (size_t i = 0; i < AUDITS; i++)
        buf_printf(b, "cpf_audit_size{audit=\"%s\"} %" PRId64 "\n", audits[i],
                   o[i] ? json_get_int(o[i], "size", 0) : 0);
    arena_fini(&a);
}

void api_metrics(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct buf b;
    buf_init(&b);
    put_log(api, &b);
    put_refused(api, &b);
    put_recalls(api, &b);
    put_stations(api, &b);
    put_beside(api, &b);
    put_watchers(api, &b);
    put_certificates(api, &b);
    put_warnings(api, &b);
    put_anchors(api, &b);
    put_audits(api, &b);
    http_reply_type(r, 200, "text/plain; version=0.0.4; charset=utf-8", b.data, b.len, NULL);
    buf_fini(&b);
}
