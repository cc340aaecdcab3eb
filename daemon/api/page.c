/*
 * The console's pages, from the program itself (console/, embedded at build). They hold no rule and have no
 * power of their own: what they show and send is the API. What a page may load and do is said in its headers:
 * nothing but this origin's own files, no inline script or style, no frame, no sink that makes markup of
 * text.
 */
#include <string.h>

#include "api/api.h"
#include "console/console.h"

#define POLICY                                                                                               \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "          \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "                                          \
    "require-trusted-types-for 'script'; "
static const char policy[] = POLICY "trusted-types 'none'";
/* The scan station has a worker, which keeps its files for an outage. To name a worker's address is a sink,
 * and asks for a policy of that name: carry.js makes it, once, and it knows that one address. */
static const char station_policy[] = POLICY "worker-src 'self'; trusted-types worker";

static const struct console_file *find(const char *path)
{
    for (const struct console_file *f = console_files; f->path; f++)
        if (strcmp(f->path, path) == 0)
            return f;
    return NULL;
}

void api_page(void *arg, struct http_request *r)
{
    const struct console_file *f = find(http_path(r));
    (void)arg;
    if (!f || http_method(r) != HTTP_GET) {
        if (f)
            http_refuse_method(r, HTTP_GET);
        else
            http_refuse(r, 404, HTTP_CODE_NOTFOUND);
        return;
    }
    /* asked for anew each time, sent only if it is another one: a page is never older than its server */
    const char *const headers[] = {"Content-Security-Policy",
                                   strcmp(f->path, "/station") == 0 ? station_policy : policy,
                                   "ETag",
                                   f->etag,
                                   "Cache-Control",
                                   "no-cache",
                                   "Referrer-Policy",
                                   "no-referrer",
                                   "Cross-Origin-Opener-Policy",
                                   "same-origin",
                                   "Cross-Origin-Resource-Policy",
                                   "same-origin",
                                   NULL};
    if (http_has(r, f->etag))
        http_reply_type(r, 304, f->type, NULL, 0, headers);
    else
        http_reply_type(r, 200, f->type, f->data, f->len, headers);
}
