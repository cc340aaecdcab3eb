/*
 * Whoever took over cpfd's user and speaks to cpf-signer: may lie from now on, but not about what was. Tries
 * what no signer may grant, and says after each what the signer answered.
 *
 *   hostile CONNINFO SOCKET [--polite] [SECRET-FILE...]
 *   hostile --stranger SOCKET           a user who may not open
 *
 * Exit status: 0 nobody refused anything, or something was granted that must not be; 4 all was refused.
 * --polite: only what an honest client does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/enc.h"
#include "base/key.h"
#include "foe.h"

#define CAUGHT 4

static const char *socket_path;
static unsigned refused, granted;

static void tell(const char *what, bool ok, const char *answer, int len)
{
    printf("%s: %s%.*s\n", what, ok ? "refused: " : "GRANTED: ", len, answer);
    *(ok ? &refused : &granted) += 1;
}

/* One frame, or anything, on a connection of its own; whatever comes back must be a refusal. */
static void must_refuse(const char *what, struct foe_peer *p, enum sigwire_code code)
{
    struct sigwire_msg m;
    if (!foe_take(p, &m)) {
        tell(what, true, "hung up", 7);
    } else if (m.op != SIGWIRE_REFUSED) {
        tell(what, false, "it answers", 10);
    } else {
        const char *name = sigwire_code_name(m.refused.code);
        bool right = code == 0 || m.refused.code == code;
        printf("%s: %s: %.*s\n", what, name, (int)m.refused.text.len, m.refused.text.s);
        *(right ? &refused : &granted) += 1;
    }
    foe_hang_up(p);
}

static PGconn *db;

/* As cpfd does: else the signer would know an epoch that the database never had. */
static uint64_t fence(void)
{
    PGresult *r = foe_query(db, "update cpf.log_head set epoch = epoch + 1 returning epoch", NULL);
    uint64_t epoch = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return epoch;
}

static void dial(struct foe_peer *p)
{
    if (!foe_dial(p, socket_path))
        foe_die("no signer listens");
}

static void send_open(struct foe_peer *p, uint64_t epoch, uint64_t size, const uint8_t root[HASH_LEN],
                      const char *note, const struct sigwire_head *held)
{
    struct sigwire_msg m = {.op = SIGWIRE_OPEN};
    dial(p);
    m.open.epoch = epoch;
    m.open.head.size = size;
    memcpy(m.open.head.root, root, HASH_LEN);
    m.open.note = (struct sigwire_text){note, strlen(note)};
    m.open.has_held = held != NULL;
    if (held)
        m.open.held = *held;
    foe_send(p, &m);
}

static uint64_t open_well(struct foe_peer *p, const struct foe_log *l)
{
    struct sigwire_msg m;
    uint64_t epoch = fence();
    send_open(p, epoch, l->size, l->root, l->note, NULL);
    if (!foe_take(p, &m) || m.op != SIGWIRE_OPENED)
        foe_die("the signer does not open the true head");
    return epoch;
}

static void send_append(struct foe_peer *p, uint64_t epoch, uint64_t size, const uint8_t root[HASH_LEN],
                        uint8_t byte)
{
    struct sigwire_msg m = {.op = SIGWIRE_APPEND};
    uint8_t leaf[1][HASH_LEN];
    memset(leaf, byte, sizeof(leaf));
    m.append.epoch = epoch;
    m.append.base.size = size;
    memcpy(m.append.base.root, root, HASH_LEN);
    m.append.leaves = (struct sigwire_leaves){(const uint8_t(*)[HASH_LEN])leaf, 1};
    foe_send(p, &m);
}

/* ---- noise ---- */

static void noise(void)
{
    static const char huge[] = "\xff\xff\xff\xff", none[] = "\0\0\0\0", other[] = "\0\0\0\x02\x63\x04";
    char bytes[4096];
    struct foe_peer p;
    enc_random(bytes, sizeof(bytes));
    dial(&p);
    foe_send_raw(&p, bytes, sizeof(bytes));
    shutdown(p.fd, SHUT_WR);
    must_refuse("4096 random bytes", &p, 0);
    dial(&p);
    foe_send_raw(&p, huge, 4);
    must_refuse("a frame of 4 GiB", &p, SIGWIRE_C_FRAME);
    dial(&p);
    foe_send_raw(&p, none, 4);
    must_refuse("an empty frame", &p, SIGWIRE_C_FRAME);
    dial(&p);
    foe_send_raw(&p, other, 6);
    must_refuse("another version", &p, SIGWIRE_C_VERSION);
}

/* ---- the past ---- */

/* An old checkpoint, truly signed: what a cut log would show. */
static void old_head(const struct foe_log *l)
{
    struct foe_peer p;
    uint8_t root[HASH_LEN];
    PGresult *r =
        foe_query(db,
                  "select size, note from cpf.checkpoint where size < (select size from cpf.log_head) "
                  "order by size desc limit 1",
                  NULL);
    uint64_t size = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    foe_root(l, size, root);
    send_open(&p, fence(), size, root, PQgetvalue(r, 0, 1), NULL);
    must_refuse("open at an older checkpoint", &p, SIGWIRE_C_BEHIND);
    PQclear(r);
}

static void other_root(const struct foe_log *l)
{
    static const char mine[] = "0707070707070707070707070707070707070707070707070707070707070707";
    struct foe_peer p;
    struct buf note;
    uint8_t root[HASH_LEN];
    memset(root, 9, sizeof(root));
    buf_init(&note);
    foe_note(l, l->size, root, foe_key(mine), &note);
    send_open(&p, fence(), l->size, root, note.data, NULL);
    must_refuse("open with a root that another key signed", &p, SIGWIRE_C_UNSIGNED);
    buf_fini(&note);
    send_open(&p, fence(), l->size, root, l->note, NULL);
    must_refuse("open with another root under the true note", &p, SIGWIRE_C_UNSIGNED);
    send_open(&p, l->epoch - 1, l->size, l->root, l->note, NULL);
    must_refuse("open with an epoch that is over", &p, SIGWIRE_C_STALE);
}

static void without_open(const struct foe_log *l)
{
    struct foe_peer p;
    dial(&p);
    send_append(&p, l->epoch, l->size, l->root, 1);
    must_refuse("append without open", &p, SIGWIRE_C_SESSION);
}

static void old_base(const struct foe_log *l)
{
    struct foe_peer p;
    uint8_t root[HASH_LEN];
    foe_root(l, l->size - 1, root);
    uint64_t epoch = open_well(&p, l);
    send_append(&p, epoch, l->size - 1, root, 1);
    must_refuse("append in place of the last entry", &p, SIGWIRE_C_BASE);
}

/* The first root is signed: that one may lie from now on is the bound. A second one must not be. */
static void two_roots(const struct foe_log *l)
{
    struct sigwire_msg m, settle = {.op = SIGWIRE_SETTLE};
    struct sigwire_head other;
    struct foe_peer p;
    uint64_t epoch = open_well(&p, l);
    send_append(&p, epoch, l->size, l->root, 1);
    if (!foe_take(&p, &m) || m.op != SIGWIRE_APPENDED)
        foe_die("the signer does not sign");
    other = m.appended.head;
    other.root[0] ^= 1;
    send_append(&p, epoch, l->size, l->root, 2);
    must_refuse("a second root for one size", &p, SIGWIRE_C_PENDING);

    send_open(&p, fence(), l->size, l->root, l->note, &other);
    must_refuse("open holding another group than the signed one", &p, SIGWIRE_C_HELD);

    epoch = open_well(&p, l);
    send_append(&p, epoch, l->size, l->root, 3);
    must_refuse("a second root for one size, later", &p, SIGWIRE_C_PENDING);

    settle.settle.epoch = open_well(&p, l);
    settle.settle.head = other;
    foe_send(&p, &settle);
    must_refuse("settle what was not signed", &p, SIGWIRE_C_SETTLE);
}

/* ---- the key ---- */

static void read_secret(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char what[600];
    snprintf(what, sizeof(what), "read %s", path);
    tell(what, fd < 0, fd < 0 ? strerror(errno) : "opened", fd < 0 ? (int)strlen(strerror(errno)) : 6);
    if (fd >= 0)
        close(fd);
}

/* The process at the other end of the socket. */
static void read_memory(void)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    char path[64];
    struct foe_peer p;
    dial(&p);
    if (getsockopt(p.fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        foe_die("SO_PEERCRED: %s", strerror(errno));
    foe_hang_up(&p);
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)peer.pid);
    read_secret(path);
    bool in = ptrace(PTRACE_SEIZE, peer.pid, NULL, NULL) == 0;
    tell("trace the signer", !in, in ? "attached" : strerror(errno), in ? 8 : (int)strlen(strerror(errno)));
}

static void polite(const struct foe_log *l)
{
    struct sigwire_msg m = {.op = SIGWIRE_STATUS};
    struct foe_peer p;
    dial(&p);
    foe_send(&p, &m);
    if (!foe_take(&p, &m) || m.op != SIGWIRE_STATE)
        foe_die("no status");
    foe_hang_up(&p);
    open_well(&p, l);
    foe_hang_up(&p);
    puts("status, open: answered");
}

static int stranger(void)
{
    struct sigwire_msg m = {.op = SIGWIRE_OPEN};
    struct foe_peer p;
    uint8_t root[HASH_LEN];
    hash_empty(root);
    dial(&p);
    m.open.epoch = 1000000;
    memcpy(m.open.head.root, root, HASH_LEN);
    foe_send(&p, &m);
    must_refuse("open as another user", &p, SIGWIRE_C_UID);
    return granted ? 0 : CAUGHT;
}

int main(int argc, char **argv)
{
    struct foe_log l = {0};
    bool is_polite = argc > 3 && strcmp(argv[3], "--polite") == 0;
    if (argc < 3)
        foe_die("hostile CONNINFO SOCKET [--polite] [SECRET-FILE...]");
    socket_path = argv[2];
    if (strcmp(argv[1], "--stranger") == 0)
        return stranger();
    db = foe_connect(argv[1]);
    foe_load(&l, db);
    if (is_polite) {
        polite(&l);
        return 0;
    }
    noise();
    without_open(&l);
    old_head(&l);
    other_root(&l);
    old_base(&l);
    two_roots(&l);
    if (argc > 3)
        read_memory();
    for (int i = 3; i < argc; i++)
        read_secret(argv[i]);
    PQfinish(db);
    printf("%u refused, %u granted\n", refused, granted);
    return granted ? 0 : CAUGHT;
}
