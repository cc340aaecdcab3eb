#pragma once
/* Requests to commands, answers to replies. doc/openapi.yaml describes it to clients. */
#include "flow/flow.h"
#include "health/health.h"
#include "http/http.h"
#include "live/live.h"
#include "query/query.h"
#include "query/reporter.h"

struct worklist_line;

struct api {
    struct flow *flow;
    struct query *query;
    const struct conf *conf;
    struct label_layouts *layouts;
    struct reporter *reporter;
    struct anchor *anchor;
    /* How far the projections are, if somebody knows: the newest entry in them (-1: none), and faults so far.
     */
    void (*followed)(void *arg, int64_t *ret_idx, uint64_t *ret_faults);
    void *followed_arg;
    struct health *health;                 /* what is looked at while serving */
    struct live *live;                     /* who watches */
    uint64_t documents, document_failures; /* by cpf-report */
    uint64_t alarms;                       /* it found the log not to be what it was */
    uint64_t unknown_stations; /* requests with a token that nobody enrolled: answered and counted */
};

extern const struct http_route api_routes[]; /* handlers take struct api * */
extern const struct http_route api_admin_routes[];

/* The station of the request's token, or NULL after the request was refused (401). */
struct station *api_station(struct api *api, struct http_request *r);
/* Nothing of 0, which is no time. */
void api_set_time(struct arena *a, struct json *o, const char *name, int64_t ms);
void api_reply_json(struct http_request *r, const struct json *v);
/* A catalogue code with what its text names. */
void api_refuse(struct api *api, struct http_request *r, int status, const char *code, struct arena *a,
                struct json *args);
/* 400: that parameter or member is wrong. */
void api_refuse_field(struct api *api, struct http_request *r, const char *field);

/* ---- from a request to a command (api.c) ---- */

/* Fills the command from the request; a catalogue code if it cannot be read. w->arg is the request. */
typedef const char *(*api_fill_fn)(struct work *w, const struct json *req);
const char *api_bad(struct work *w, const char *field); /* names the member that cannot be read */
const char *api_badge(struct work *w, const struct json *req);
void api_secret(struct work *w, const struct json *req, const char *name, enum secret_kind kind);
/* The station, the request's body, then flow_start; `reply` gets the request as its argument. Refused
 * requests are answered here. */
void api_command(struct api *api, struct http_request *r, enum command_kind kind, api_fill_fn fn,
                 flow_reply_fn reply);

/* cookie.c */
/* The digest of the bearer token, else of a browser's cookie; not NULL: the code to refuse with. */
const char *api_token(const struct http_request *r, char ret[44]);
void api_cookie(void *arg, struct http_request *r); /* POST /v1/stations/cookie */

/* events.c */
void api_events(void *arg, struct http_request *r); /* GET /v1/events */
/* For live.h: does a station with that token stand? */
bool api_token_known(void *api, const char *token);

/* station.c */
void api_heartbeat(void *arg, struct http_request *r); /* POST /v1/heartbeat */
const char *api_fill_enrol(struct flow *flow, struct work *w, const struct json *req);

/* document.c: /v1/batches/ID/{bundle,pdf,csv,json}, made by cpf-report */
void api_document(void *arg, struct http_request *r);             /* GET */
void api_document_by_password(void *arg, struct http_request *r); /* POST {id, badge, password} */

/* anchor.c */
void api_add_checkpoint(void *arg, struct http_request *r); /* POST /witness/add-checkpoint */
void api_anchor(void *arg, struct http_request *r);         /* POST /v1/anchor, admin socket */
void api_metrics(void *arg, struct http_request *r);        /* metrics.c: GET /metrics, admin socket only */
uint64_t api_log_size(const struct api *api);               /* entries in the newest settled checkpoint */

/* missing.c */
void api_rota(void *arg, struct http_request *r);
/* The register of staff as it is now; NULL: there is none. To be freed. */
struct catalogue *api_staff(const struct api *api, struct arena *a);
struct json *api_gaps(struct api *api, struct arena *a); /* of all open batches */
void api_silence(void *arg, struct http_request *r);
struct json *api_silences(struct api *api, struct arena *a,
                          const struct batch *x); /* NULL: of the facility */
void api_worklist(void *arg, struct http_request *r);
/* Words for a screen, in `a`. */
struct words api_words(const struct api *api, struct arena *a);
/* Who might do the step, in words. */
struct text api_roles(const struct words *w, const struct rights *r, const struct step *s);
/* What happened, as a noun: the cause of a deviation or a hold. */
struct text api_cause(const struct words *w, const char *code, const struct json *args, int step);
/* `kind` and `who`: the record that comes next, and by whom. */
void api_set_act(const struct words *w, const struct book *b, struct json *o,
                 const struct worklist_line *line);

void api_kinds(void *arg, struct http_request *r); /* kinds.c */

/* resort.c */
struct json *api_text(struct arena *a, struct text t); /* {"ja", "en"} */
void api_resort(void *arg, struct http_request *r);
void api_resort_pdf(void *arg, struct http_request *r);
/* A page that cpf-report is handed whole, as PDF; `kind` of its request. */
void api_page_pdf(struct api *api, struct http_request *r, struct arena *a, const char *kind,
                  struct json *page);
void api_form_sheet(void *arg, struct http_request *r); /* sheet.c */
void api_code_sheet(void *arg, struct http_request *r); /* codes.c */

void api_labels(void *arg, struct http_request *r);      /* label.c: GET */
void api_label_print(void *arg, struct http_request *r); /* POST */

void api_page(void *arg, struct http_request *r); /* page.c: every path that is none of the API's */

/* read.c */
void api_status(void *arg, struct http_request *r);
void api_batches(void *arg, struct http_request *r);
void api_batch(void *arg, struct http_request *r);
void api_protocols(void *arg, struct http_request *r);
void api_protocol(void *arg, struct http_request *r);
/* Is there something in the table of rights in force that this program does not understand? */
bool api_rights_unread(const struct book *b);
void api_basis(void *arg, struct http_request *r);
void api_self(void *arg, struct http_request *r);
void api_log(void *arg, struct http_request *r);
