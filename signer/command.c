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
#include "log.h"
#include "secret.h"
#include "serve.h"
#include "store.h"

static int give_up(const char *text)
{
    log_line(LOG_L_ERROR, "event=refused_to_start text=\"%s\"", text);
    return EXIT_FAILURE;
}

/* --- init --- */

static int init_log(const struct settings *c, const char *passphrase)
{
    struct secret_fault why;
    struct store_fault fault;
    struct mark_log log;
    struct key *key = NULL;
    int status = EXIT_FAILURE;
    if (access(c->state, F_OK) == 0)
        return give_up("the state file exists: it is never overwritten");
    if (secret_create(c->key, passphrase, c->light, &why))
        return give_up(why.text);
    struct mark *m = xcalloc(1, sizeof *m);
    mark_init(m);
    if (secret_open(c->key, passphrase, c->origin, &key, &log.vkey, &why)) {
        give_up(why.text);
        goto out;
    }
    log.key = key;
    if (store_create(c->state, &log, m, &fault)) {
        give_up(fault.text);
        goto out;
    }
    struct buf vkey;
    buf_init(&vkey);
    note_key_format(&log.vkey, &vkey);
    printf("%s\n", vkey.data);
    buf_fini(&vkey);
    status = fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
out:
    /* A key that no state file stands beside has signed nothing; it was made above. */
    if (status != EXIT_SUCCESS && access(c->state, F_OK))
        unlink(c->key);
    key_free(key);
    free(m);
    return status;
}

int command_init(const struct settings *c)
{
    struct secret_fault why;
    struct buf pass;
    if (c->light && !secret_is_training(c->origin))
        return give_up("--light is for origins that begin \"training.\" only");
    buf_init(&pass);
    int status = secret_passphrase(c->passphrase, &pass, &why) ? give_up(why.text) : init_log(c, pass.data);
    buf_wipe(&pass);
    return status;
}

/* --- serve --- */

static int open_key(const struct settings *c, struct key **ret, struct note_key *ret_vkey)
{
    struct secret_fault why;
    struct buf pass;
    buf_init(&pass);
    int err = secret_passphrase(c->passphrase, &pass, &why);
    if (!err)
        err = secret_open(c->key, pass.data, c->origin, ret, ret_vkey, &why);
    buf_wipe(&pass);
    return err ? give_up(why.text) : EXIT_SUCCESS;
}

static void log_ready(const struct settings *c, const struct mark *m, unsigned damaged)
{
    if (damaged)
        log_line(
            LOG_L_WARN,
            "event=slots_damaged n=%u text=\"the newest whole version is used; after a power loss that is "
            "expected, else check the disk\"",
            damaged);
    log_line(LOG_L_INFO,
             "event=ready origin=%s epoch=%" PRIu64 " size=%" PRIu64 " void=%" PRIu64 " pending=%d",
             c->origin, m->epoch, m->settled.size, m->void_count, (int)m->has_pending);
}

int command_serve(const struct settings *c)
{
    struct store_fault fault;
    struct mark_log log;
    struct key *key = NULL;
    struct store *store = NULL;
    unsigned damaged = 0;
    if (c->nallow == 0)
        return give_up("no user may open: set `allow` or --allow-uid");
    if (open_key(c, &key, &log.vkey))
        return EXIT_FAILURE;
    log.key = key;
    int status = EXIT_FAILURE;
    struct mark *m = xcalloc(1, sizeof *m);
    serve_block_signals();
    if (store_open(c->state, &log, m, &damaged, &store, &fault)) {
        give_up(fault.text);
        goto out;
    }
    if (mlockall(MCL_CURRENT | MCL_ONFAULT))
        log_line(LOG_L_INFO, "event=unlocked text=\"memory may be swapped: raise LimitMEMLOCK\"");
    log_ready(c, m, damaged);
    struct serve_config cfg = {c->socket, c->allow, c->nallow, m, &log, store};
    status = serve_run(&cfg) ? EXIT_FAILURE : EXIT_SUCCESS;
out:
    store_free(store);
    key_free(key);
    free(m);
    return status;
}

/* --- status --- */

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
    if (strlen(path) >= sizeof addr.sun_path)
        return give_up("the socket's path is too long");
    memcpy(addr.sun_path, path, strlen(path));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr))
        return give_up("no signer listens on that socket");
    buf_init(&b);
    sigwire_write(&b, &m);
    /* Someone turned away is answered before asking: send may fail, the answer is read all the same. */
    (void)!send(fd, b.data, b.len, MSG_NOSIGNAL);
    buf_fini(&b);
    while (total == 0 && n > 0 && have < sizeof in && sigwire_frame(in, have, &total) == 0 && total == 0) {
        n = recv(fd, in + have, sizeof in - have, 0);
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
