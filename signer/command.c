#include "base/log.h"
#include "command.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/enc.h"
#include "base/mem.h"
#include "keys.h"
#include "log.h"
#include "serve.h"
#include "store.h"

static int give_up(const char *text)
{
    log_line(LOG_L_ERROR, "event=refused_to_start text=\"%s\"", text);
    return EXIT_FAILURE;
}

/* ---- init, newkey, vkey ---- */

/* The keys are open: the state beside them, and what people copy. */
static int init_state(const struct settings *c, const struct keys *k)
{
    struct store_fault fault;
    struct mark_ruling why = {0};
    bool changed;
    struct mark *m = xcalloc(1, sizeof(*m));
    mark_init(m);
    int err = mark_adopt(m, &k->log, &changed, &why);
    if (err)
        give_up(why.text);
    else if ((err = store_create(c->state, &k->log, m, &fault)))
        give_up(fault.text);
    else
        keys_print(&k->log);
    free(m);
    return err || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool light_is_wrong(const struct settings *c)
{
    return c->light && !log_is_training(c->origin);
}

int command_init(const struct settings *c)
{
    struct secret_fault why;
    struct keys k;
    int status = EXIT_FAILURE;
    if (light_is_wrong(c))
        return give_up("--light is for origins that begin \"training.\" only");
    if (c->next_key)
        return give_up("a new log begins with one key: `next_key` is for a rotation");
    if (access(c->state, F_OK) == 0)
        return give_up("the state file exists: it is never overwritten");
    if (keys_make(c, KEYS_FIRST, &why))
        return give_up(why.text);
    if (keys_open(c, &k, &why)) {
        give_up(why.text);
    } else {
        status = init_state(c, &k);
        keys_close(&k);
    }
    /* A key that no state file stands beside has signed nothing; it was made above. One in a token stays. */
    if (status != EXIT_SUCCESS && access(c->state, F_OK))
        unlink(c->key);
    return status;
}

int command_newkey(const struct settings *c)
{
    struct secret_fault why;
    struct keys k;
    if (light_is_wrong(c))
        return give_up("--light is for origins that begin \"training.\" only");
    if (keys_make(c, KEYS_NEXT, &why))
        return give_up(why.text);
    if (keys_open_next(c, &k, &why))
        return give_up(why.text);
    keys_print(&k.log);
    keys_close(&k);
    return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_vkey(const struct settings *c)
{
    struct secret_fault why;
    struct keys k;
    if (keys_open(c, &k, &why))
        return give_up(why.text);
    keys_print(&k.log);
    keys_close(&k);
    return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- serve ---- */

static void log_ready(const struct settings *c, const struct mark *m, unsigned damaged)
{
    if (damaged)
        log_line(
            LOG_L_WARN,
            "event=slots_damaged n=%u text=\"the newest whole version is used; after a power loss that is "
            "expected, else check the disk\"",
            damaged);
    log_line(LOG_L_INFO,
             "event=ready origin=%s epoch=%" PRIu64 " size=%" PRIu64 " void=%" PRIu64 " pending=%d keys=%zu",
             c->origin, m->epoch, m->settled.size, m->void_count, (int)m->has_pending, m->nkeys);
}

int command_serve(const struct settings *c)
{
    struct secret_fault why;
    struct store_fault fault;
    struct keys k;
    struct store *store = NULL;
    unsigned damaged = 0;
    if (c->nallow == 0)
        return give_up("no user may open: set `allow` or --allow-uid");
    if (keys_open(c, &k, &why))
        return give_up(why.text);
    int status = EXIT_FAILURE;
    struct mark *m = xcalloc(1, sizeof(*m));
    serve_block_signals();
    if (store_open(c->state, &k.log, m, &damaged, &store, &fault)) {
        give_up(fault.text);
        goto out;
    }
    if (mlockall(MCL_CURRENT | MCL_ONFAULT))
        log_line(LOG_L_INFO, "event=unlocked text=\"memory may be swapped: raise LimitMEMLOCK\"");
    log_ready(c, m, damaged);
    struct serve_config cfg = {c->socket, c->allow, c->nallow, m, &k.log, store};
    status = serve_run(&cfg) ? EXIT_FAILURE : EXIT_SUCCESS;
out:
    store_free(store);
    keys_close(&k);
    free(m);
    return status;
}

/* ---- status ---- */

static void print_head(const char *name, const struct sigwire_head *h)
{
    struct buf root;
    buf_init(&root);
    enc_b64(&root, h->root, HASH_LEN);
    printf("%s: %" PRIu64 " %s\n", name, h->size, root.data);
    buf_fini(&root);
}

static int print_status(const struct sigwire_msg *m)
{
    static const char *const pending[] = {"none", "waiting for its settle", "void"};
    if (m->op == SIGWIRE_REFUSED) {
        fprintf(stderr, "%s: %.*s\n", sigwire_code_name(m->refused.code), (int)m->refused.text.len,
                m->refused.text.s);
        return EXIT_FAILURE;
    }
    if (m->op != SIGWIRE_STATE)
        return give_up("the signer's answer is not a status");
    printf("epoch: %" PRIu64 "\n", m->state.epoch);
    print_head("settled", &m->state.settled);
    printf("void rows at the tail: %" PRIu64 "\n", m->state.void_count);
    printf("pending: %s\n", pending[m->state.pending]);
    if (m->state.pending != SIGWIRE_NONE)
        print_head("pending head", &m->state.head);
    printf("session: %s\n", m->state.session ? "open" : "none");
    return EXIT_SUCCESS;
}

static int ask_status(int fd, const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct sigwire_msg m = {.op = SIGWIRE_STATUS};
    struct timeval patience = {.tv_sec = 5};
    struct buf b;
    char in[4096];
    size_t have = 0, total = 0;
    ssize_t n = 1;
    if (strlen(path) >= sizeof(addr.sun_path))
        return give_up("the socket's path is too long");
    memcpy(addr.sun_path, path, strlen(path));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
        return give_up("no signer listens on that socket");
    buf_init(&b);
    sigwire_write(&b, &m);
    /* Someone turned away is answered before asking: send may fail, the answer is read all the same. */
    (void)!send(fd, b.data, b.len, MSG_NOSIGNAL);
    buf_fini(&b);
    while (total == 0 && n > 0 && have < sizeof(in) && sigwire_frame(in, have, &total) == 0 && total == 0) {
        n = recv(fd, in + have, sizeof(in) - have, 0);
        have += n > 0 ? (size_t)n : 0;
    }
    if (total == 0 || sigwire_read(in, total, &m))
        return give_up("the signer did not answer");
    return print_status(&m);
}

int command_status(const struct settings *c)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return give_up("no socket");
    int status = ask_status(fd, c->socket);
    close(fd);
    return status;
}
