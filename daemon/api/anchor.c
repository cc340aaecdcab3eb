/* The witness's protocol for other logs, and a round of our own anchors on demand. */
#include "api/api.h"

#include "anchor/anchor.h"

static void on_witnessed(void *arg, const struct witness_answer *a)
{
    http_reply_type(arg, a->status, a->type, a->body, a->len, NULL);
}

/* C2SP tlog-witness: nobody need be enrolled; the checkpoint's signature says whose it is. */
void api_add_checkpoint(void *arg, struct http_request *r)
{
    struct api *api = arg;
    size_t len;
    const char *body = http_body(r, &len);
    anchor_witness(api->anchor, body, len, on_witnessed, r);
}

static void on_anchored(void *arg, int code)
{
    struct http_request *r = arg;
    struct api *api = http_data(r);
    struct arena m;
    if (code) {
        http_refuse(r, 503, code == CPF_E_AWAY ? "away.database" : "busy.queue");
        return;
    }
    arena_init(&m, 0);
    struct json *o = anchor_status(api->anchor, &m);
    api_reply_json(r, o ? o : json_object(&m));
    arena_fini(&m);
}

void api_anchor(void *arg, struct http_request *r)
{
    struct api *api = arg;
    http_set_data(r, api);
    anchor_now(api->anchor, on_anchored, r);
}
