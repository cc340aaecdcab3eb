#pragma once
/* Requests to commands, answers to replies. doc/openapi.yaml describes it to clients. */
#include "flow/flow.h"
#include "http/http.h"
#include "query/query.h"

struct api {
    struct flow *flow;
    struct query *query;
    const struct conf *conf;
    uint64_t unknown_stations; /* requests with a token that nobody enrolled: answered and counted */
};

extern const struct http_route api_routes[]; /* handlers take struct api * */
extern const struct http_route api_admin_routes[];

/* The station of the request's token, or NULL after the request was refused (401). */
struct station *api_station(struct api *api, struct http_request *r);
void api_reply_json(struct http_request *r, const struct json *v);

/* read.c */
void api_status(void *arg, struct http_request *r);
void api_batches(void *arg, struct http_request *r);
void api_batch(void *arg, struct http_request *r);
void api_protocol(void *arg, struct http_request *r);
void api_self(void *arg, struct http_request *r);
void api_log(void *arg, struct http_request *r);
