/* GET /v1/events: what changed, while it is kept open. It tells where to read anew; what stands there is read
 * as ever. */
#include "api/api.h"

bool api_token_known(void *arg, const char *token)
{
    struct api *api = arg;
    const struct station *st = book_station_by_token(flow_book(api->flow), token);
    return st && !st->revoked;
}

/* A browser that comes back by itself says in the header where it was; `after` is for whoever cannot. */
void api_events(void *arg, struct http_request *r)
{
    struct api *api = arg;
    char token[44];
    if (!api_station(api, r))
        return;
    const char *after = http_last_event(r), *no = api_token(r, token);
    require(!no); /* api_station has looked */
    if (!after)
        after = http_query(r, "after");
    if (!live_watch(api->live, r, token, after, flow_now(api->flow)))
        http_refuse(r, 503, "busy.watchers");
}
