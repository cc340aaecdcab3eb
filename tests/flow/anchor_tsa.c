/*
 * A time-stamping authority for tests: a small HTTP server over `openssl ts -reply`, honest and otherwise.
 *
 *   anchor_tsa DIR        listens on loopback, writes its port to DIR/port, serves until it is told to end.
 *                         DIR/tsa.cnf has the sections tsa and other (openssl-ts(1)), DIR/stray.pem a
 * certificate
 *
 *   POST /tsr        an honest answer
 *   POST /other      by another certificate of the same root
 *   POST /injected   honest, with a certificate put in that nobody asked for
 *   POST /imprint    over other bytes
 *   POST /replayed   over the right bytes, but made for an earlier request (nonce)
 *   POST /damaged    honest, one bit of the signature turned
 *   POST /refused    a status that says no
 *   POST /gone       HTTP 404
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include "base/err.h"

static const char *dir;

static void path_of(const char *name, char ret[1024])
{
    require(snprintf(ret, 1024, "%s/%s", dir, name) < 1024);
}

static void write_file(const char *name, const void *data, size_t len)
{
    char path[1024];
    path_of(name, path);
    FILE *f = fopen(path, "we");
    require(f && fwrite(data, 1, len, f) == len && fclose(f) == 0);
}

static TS_RESP *read_answer(void)
{
    char path[1024];
    path_of("answer.tsr", path);
    BIO *b = BIO_new_file(path, "rb");
    TS_RESP *r = b ? d2i_TS_RESP_bio(b, NULL) : NULL;
    BIO_free(b);
    return r;
}

/* The authority itself is openssl. */
static TS_RESP *reply(const char *section, TS_REQ *req)
{
    unsigned char *der = NULL;
    char cnf[1024], query[1024], answer[1024];
    int n = i2d_TS_REQ(req, &der), status;
    require(n > 0);
    write_file("query.tsq", der, (size_t)n);
    OPENSSL_free(der);
    path_of("tsa.cnf", cnf);
    path_of("query.tsq", query);
    path_of("answer.tsr", answer);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("openssl", "openssl", "ts", "-reply", "-config", cnf, "-section", section, "-queryfile", query,
               "-out", answer, (char *)NULL);
        _exit(127);
    }
    require(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    return read_answer();
}

static void inject(TS_RESP *r)
{
    char path[1024];
    path_of("stray.pem", path);
    FILE *f = fopen(path, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    require(x && PKCS7_add_certificate(TS_RESP_get_token(r), x) == 1);
    X509_free(x);
    fclose(f);
}

static void turn_nonce(TS_REQ *req)
{
    ASN1_INTEGER *n = ASN1_INTEGER_new();
    ASN1_INTEGER_set(n, 4711);
    TS_REQ_set_nonce(req, n);
    ASN1_INTEGER_free(n);
}

static void turn_imprint(TS_REQ *req)
{
    unsigned char other[32] = "these are not the bytes";
    require(TS_MSG_IMPRINT_set_msg(TS_REQ_get_msg_imprint(req), other, 32) == 1);
}

static void damage(TS_RESP *r)
{
    PKCS7_SIGNER_INFO *si = sk_PKCS7_SIGNER_INFO_value(TS_RESP_get_token(r)->d.sign->signer_info, 0);
    si->enc_digest->data[si->enc_digest->length - 1] ^= 1;
}

static void refuse(TS_RESP *r)
{
    TS_STATUS_INFO *s = TS_STATUS_INFO_new();
    require(TS_STATUS_INFO_set_status(s, TS_STATUS_REJECTION) == 1 && TS_RESP_set_status_info(r, s) == 1);
    TS_RESP_set_tst_info(r, NULL, NULL);
    TS_STATUS_INFO_free(s);
}

static void on_request(struct evhttp_request *r, void *arg)
{
    const char *path = evhttp_request_get_uri(r);
    struct evbuffer *in = evhttp_request_get_input_buffer(r), *out = evbuffer_new();
    size_t len = evbuffer_get_length(in);
    const unsigned char *p = evbuffer_pullup(in, -1);
    TS_REQ *req = d2i_TS_REQ(NULL, &p, (long)len);
    unsigned char *der = NULL;
    (void)arg;
    if (!req || strcmp(path, "/gone") == 0) {
        evhttp_send_error(r, req ? 404 : 400, NULL);
        TS_REQ_free(req);
        evbuffer_free(out);
        return;
    }
    if (strcmp(path, "/replayed") == 0)
        turn_nonce(req);
    if (strcmp(path, "/imprint") == 0)
        turn_imprint(req);
    TS_RESP *resp = reply(strcmp(path, "/other") == 0 ? "other" : "tsa", req);
    require(resp);
    if (strcmp(path, "/injected") == 0)
        inject(resp);
    if (strcmp(path, "/damaged") == 0)
        damage(resp);
    if (strcmp(path, "/refused") == 0)
        refuse(resp);
    int n = i2d_TS_RESP(resp, &der);
    require(n > 0);
    evbuffer_add(out, der, (size_t)n);
    OPENSSL_free(der);
    evhttp_add_header(evhttp_request_get_output_headers(r), "Content-Type", "application/timestamp-reply");
    evhttp_send_reply(r, 200, "OK", out);
    evbuffer_free(out);
    TS_RESP_free(resp);
    TS_REQ_free(req);
}

static void on_term(evutil_socket_t fd, short what, void *base)
{
    (void)fd, (void)what;
    event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
    char port[16];
    if (argc != 2)
        return 2;
    dir = argv[1];
    signal(SIGPIPE, SIG_IGN);
    struct event_base *base = event_base_new();
    struct evhttp *http = evhttp_new(base);
    struct evhttp_bound_socket *s = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    struct event *term = evsignal_new(base, SIGTERM, on_term, base);
    require(base && http && s && term && event_add(term, NULL) == 0);
    struct sockaddr_storage a;
    socklen_t len = sizeof(a);
    require(getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&a, &len) == 0);
    evhttp_set_gencb(http, on_request, NULL);
    int n = snprintf(port, sizeof(port), "%d\n", ntohs(((struct sockaddr_in *)&a)->sin_port));
    write_file("port", port, (size_t)n);
    event_base_dispatch(base);
    event_free(term);
    evhttp_free(http);
    event_base_free(base);
    return 0;
}
