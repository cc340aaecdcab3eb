/* The ledger's client against the real signer, and against one that speaks nonsense. */
#include "signer_rig.h"
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "ledger/signer_client.h"

#define CONST(l) ((const uint8_t(*)[HASH_LEN])(l))
#define N        4

struct fixture {
    struct rig rig;
    struct table t;
    struct event_base *base;
    struct signer_client *c;
    uint8_t leaf[N][HASH_LEN];
    bool inside;     /* a function of the client has been called and has not returned */
    char heard[256]; /* one letter a callback: C connected, O opened, A appended, S settled, W want, L lost, !
                        refused */
    int err;
    char code[64], text[SIGWIRE_TEXT_MAX + 1];
    struct sigwire_head head; /* of the last appended */
    char note[SIGWIRE_NOTE_MAX + 1];
    enum sigwire_pending pending;
    uint64_t first, count;
    int stop_after; /* the loop ends after so many callbacks */
    bool free_in_callback, reconnect_in_callback;
};

static void on_connected(void *arg);

static void heard(struct fixture *f, char what)
{
    size_t n = strlen(f->heard);
    assert_false(f->inside);
    assert_true(n < sizeof(f->heard) - 1);
    f->heard[n] = what;
    f->heard[n + 1] = '\0';
    if (f->free_in_callback) {
        signer_client_free(f->c);
        f->c = NULL;
    } else if (f->reconnect_in_callback) {
        f->reconnect_in_callback = false;
        signer_client_close(f->c);
        signer_client_connect(f->c, on_connected);
    }
    if ((int)n + 1 >= f->stop_after)
        event_base_loopbreak(f->base);
}

static void on_lost(void *arg, int err, const char *text)
{
    struct fixture *f = arg;
    f->err = err;
    snprintf(f->text, sizeof(f->text), "%s", text);
    heard(f, 'L');
}

static void on_connected(void *arg)
{
    heard(arg, 'C');
}

static bool refused(struct fixture *f, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    f->err = err;
    assert_true((err == 0) == (m != NULL) && (err == 0) == (r == NULL));
    if (!err)
        return false;
    snprintf(f->code, sizeof(f->code), "%s", r->name);
    snprintf(f->text, sizeof(f->text), "%s", r->text);
    heard(f, '!');
    return true;
}

static void on_opened(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    struct fixture *f = arg;
    if (refused(f, err, m, r))
        return;
    f->pending = m->opened.pending;
    heard(f, 'O');
}

static void on_appended(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    struct fixture *f = arg;
    if (refused(f, err, m, r))
        return;
    f->head = m->appended.head;
    memcpy(f->note, m->appended.note.s, m->appended.note.len);
    f->note[m->appended.note.len] = '\0';
    heard(f, 'A');
}

static void on_settled(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    if (!refused(arg, err, m, r))
        heard(arg, 'S');
}

static void on_want(void *arg, uint64_t first, uint64_t count)
{
    struct fixture *f = arg;
    f->first = first;
    f->count = count;
    heard(f, 'W');
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    rig_init(&f->rig);
    rig_start(&f->rig);
    table_init(&f->t);
    make_leaves(f->leaf, N, 1);
    f->base = event_base_new();
    assert_int_equal(signer_client_new(f->base, f->rig.socket, on_lost, f, &f->c), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    signer_client_free(f->c);
    event_base_free(f->base);
    table_fini(&f->t);
    rig_fini(&f->rig);
    free(f);
    return 0;
}

/* Runs the loop for `callbacks` more of them, and a while longer to hear what should not come. */
static void run(struct fixture *f, int callbacks)
{
    struct timeval patience = {.tv_sec = RIG_WAIT_S}, more = {.tv_usec = 30000};
    f->stop_after = (int)strlen(f->heard) + callbacks;
    if (callbacks) {
        event_base_loopexit(f->base, &patience);
        event_base_dispatch(f->base);
    }
    f->stop_after = 1000;
    event_base_loopexit(f->base, &more);
    event_base_dispatch(f->base);
}

/* Each call is watched: nothing may call back before it returns. */
#define CALL(f, what)                                                                                        \
    do {                                                                                                     \
        (f)->inside = true;                                                                                  \
        what;                                                                                                \
        (f)->inside = false;                                                                                 \
    } while (0)

static void open_up(struct fixture *f, uint64_t epoch)
{
    CALL(f, signer_client_connect(f->c, on_connected));
    run(f, 1);
    CALL(f, signer_client_open(f->c, epoch, &f->t.head, *f->t.note ? f->t.note : NULL, NULL, on_want,
                               on_opened));
    run(f, 1);
    assert_int_equal(f->err, 0);
    assert_true(signer_client_up(f->c));
}

static void append(struct fixture *f, uint64_t epoch)
{
    CALL(f, signer_client_append(f->c, epoch, &f->t.head, CONST(f->leaf), N, on_appended));
}

static void commit(struct fixture *f)
{
    table_commit(&f->t, CONST(f->leaf), N, true, f->note, strlen(f->note));
    assert_true(sigwire_head_eq(&f->head, &f->t.head));
}

static void test_one_group_after_the_other(void **state)
{
    struct fixture *f = *state;
    open_up(f, 1);
    append(f, 1);
    run(f, 1);
    commit(f);
    CALL(f, signer_client_settle(f->c, 1, &f->t.head, on_settled));
    append(f, 1); /* behind it, without waiting */
    run(f, 2);
    commit(f);
    CALL(f, signer_client_settle(f->c, 1, &f->t.head, on_settled));
    run(f, 1);
    assert_string_equal(f->heard, "COASAS");
}

static void test_no_signer_is_told_once_and_later(void **state)
{
    struct fixture *f = *state;
    rig_stop(&f->rig, SIGTERM);
    for (int i = 0; i < 2; i++) {
        CALL(f, signer_client_connect(f->c, on_connected));
        run(f, 1);
        assert_int_equal(f->err, CPF_E_AWAY);
        assert_false(signer_client_up(f->c));
    }
    assert_string_equal(f->heard, "LL");
    rig_start(&f->rig);
    open_up(f, 1);
    assert_string_equal(f->heard, "LLCO");
}

static void test_close_before_the_failure_is_told_silences_it(void **state)
{
    struct fixture *f = *state;
    rig_stop(&f->rig, SIGTERM);
    CALL(f, signer_client_connect(f->c, on_connected));
    CALL(f, signer_client_close(f->c));
    run(f, 0);
    assert_string_equal(f->heard, "");
}

static void test_a_lost_connection_is_told_once(void **state)
{
    struct fixture *f = *state;
    open_up(f, 1);
    rig_stop(&f->rig, SIGKILL);
    append(f, 1); /* into a connection that is gone */
    CALL(f, signer_client_settle(f->c, 1, &f->t.head, on_settled));
    run(f, 1);
    assert_string_equal(f->heard, "COL");
    assert_int_equal(f->err, CPF_E_AWAY);
    rig_start(&f->rig);
    open_up(f, 2);
    assert_string_equal(f->heard, "COLCO");
}

static void test_a_refusal_is_final(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head wrong;
    open_up(f, 3);
    wrong = f->t.head;
    wrong.size = 9;
    CALL(f, signer_client_settle(f->c, 3, &wrong, on_settled));
    append(f, 3);
    run(f, 1);
    assert_string_equal(f->heard, "CO!");
    assert_int_equal(f->err, CPF_E_REFUSED);
    assert_string_equal(f->code, "signer.settle");
    assert_true(strlen(f->text) > 20);
    assert_false(signer_client_up(f->c));
    CALL(f, signer_client_connect(f->c, on_connected));
    run(f, 1);
    CALL(f, signer_client_open(f->c, 2, &f->t.head, NULL, NULL, on_want, on_opened));
    run(f, 1);
    assert_string_equal(f->heard, "CO!C!");
    assert_int_equal(f->err, CPF_E_STALE);
    open_up(f, 4);
    assert_int_equal(f->pending, SIGWIRE_NONE); /* the append behind the refusal did nothing */
}

static void test_held_group_comes_back(void **state)
{
    struct fixture *f = *state;
    open_up(f, 1);
    append(f, 1);
    run(f, 1);
    CALL(f, signer_client_close(f->c));
    CALL(f, signer_client_connect(f->c, on_connected));
    run(f, 1);
    CALL(f, signer_client_open(f->c, 2, &f->t.head, NULL, &f->head, on_want, on_opened));
    run(f, 1);
    assert_int_equal(f->pending, SIGWIRE_RESEND);
    assert_string_equal(f->heard, "COACO");
}

/* A session that another daemon takes over. */
static void test_superseded_is_lost(void **state)
{
    struct fixture *f = *state;
    struct peer p;
    struct sigwire_msg m;
    open_up(f, 1);
    peer_connect(&p, &f->rig);
    peer_open(&p, 2, &f->t, NULL, &m);
    run(f, 1);
    assert_string_equal(f->heard, "COL");
    peer_close(&p);
}

static void test_roll_forward_over_more_than_a_socket_holds(void **state)
{
    struct fixture *f = *state;
    struct peer p;
    struct sigwire_msg m;
    char old[128];
    snprintf(old, sizeof(old), "%s.old", f->rig.state);
    copy_file(f->rig.state, old);
    peer_connect(&p, &f->rig);
    peer_open(&p, 1, &f->t, NULL, &m);
    for (uint64_t i = 0; i < 40; i++)
        rig_commit_group(&p, 1, &f->t, SIGWIRE_LEAVES_MAX, i);
    peer_close(&p);
    rig_stop(&f->rig, SIGKILL);
    rename(old, f->rig.state);
    rig_start(&f->rig);
    CALL(f, signer_client_connect(f->c, on_connected));
    run(f, 1);
    CALL(f, signer_client_open(f->c, 2, &f->t.head, f->t.note, NULL, on_want, on_opened));
    run(f, 1);
    assert_int_equal(f->first, 0);
    assert_int_equal(f->count, f->t.n);
    CALL(f, signer_client_leaves(f->c, 0, CONST(f->t.leaf), f->t.n - 5)); /* 650 kB at once */
    CALL(f, signer_client_leaves(f->c, f->t.n - 5, CONST(f->t.leaf) + f->t.n - 5, 5));
    run(f, 1);
    assert_string_equal(f->heard, "CWO");
}

static void test_free_inside_a_callback(void **state)
{
    struct fixture *f = *state;
    open_up(f, 1);
    append(f, 1);
    CALL(f, signer_client_settle(f->c, 1, &f->t.head, on_settled));
    f->free_in_callback = true;
    run(f, 1);
    assert_string_equal(f->heard, "COA");
    assert_null(f->c);
}

static void test_free_inside_on_lost(void **state)
{
    struct fixture *f = *state;
    open_up(f, 1);
    rig_stop(&f->rig, SIGKILL);
    f->free_in_callback = true;
    run(f, 1);
    assert_string_equal(f->heard, "COL");
}

static void test_reconnect_inside_a_callback(void **state)
{
    struct fixture *f = *state;
    open_up(f, 1);
    append(f, 1);
    CALL(f, signer_client_settle(f->c, 1, &f->t.head, on_settled));
    f->reconnect_in_callback = true;
    run(f, 2);
    assert_string_equal(f->heard, "COAC"); /* the settle belonged to the connection that was closed */
    assert_true(signer_client_up(f->c));
}

static int listen_at(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

static void test_nonsense_from_the_signer_is_lost(void **state)
{
    static const struct {
        const char *data;
        size_t len;
        int err;
    } say[] = {
        {"\xff\xff\xff\xff", 4, CPF_E_SYNTAX},
        {"\0\0\0\2\1\x81", 6, CPF_E_SYNTAX},
        {"\0\0\0\2\7\x81", 6, CPF_E_VERSION},
        {"\0\0\0\2\1\5", 6, CPF_E_SYNTAX}, /* a request */
        {"\0\0\0\22\1\x82\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\22\1\x82\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1", 44,
         CPF_E_SYNTAX}, /* WANT twice */
    };
    struct fixture *f = *state;
    rig_stop(&f->rig, SIGTERM);
    int server = listen_at(f->rig.socket);
    for (size_t i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
        CALL(f, signer_client_connect(f->c, on_connected));
        run(f, 1);
        int fd = accept(server, NULL, NULL);
        CALL(f, signer_client_open(f->c, 1, &f->t.head, NULL, NULL, on_want, on_opened));
        assert_int_equal(send(fd, say[i].data, say[i].len, 0), (ssize_t)say[i].len);
        f->heard[0] = '\0';
        run(f, i == 4 ? 2 : 1);
        assert_string_equal(f->heard, i == 4 ? "WL" : "L");
        assert_int_equal(f->err, say[i].err);
        close(fd);
    }
    close(server);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_one_group_after_the_other),
        T(test_no_signer_is_told_once_and_later),
        T(test_close_before_the_failure_is_told_silences_it),
        T(test_a_lost_connection_is_told_once),
        T(test_a_refusal_is_final),
        T(test_held_group_comes_back),
        T(test_superseded_is_lost),
        T(test_roll_forward_over_more_than_a_socket_holds),
        T(test_free_inside_a_callback),
        T(test_free_inside_on_lost),
        T(test_reconnect_inside_a_callback),
        T(test_nonsense_from_the_signer_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
