#include "signer_fixture.h"
#include <stdlib.h>

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    rig_init(&f->rig);
    rig_start(&f->rig);
    table_init(&f->t);
    make_leaves(f->leaf, N, 1);
    make_leaves(f->other, N, 2);
    peer_connect(&f->p, &f->rig);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    peer_close(&f->p);
    table_fini(&f->t);
    rig_fini(&f->rig);
    free(f);
    return 0;
}

void fixture_reconnect(struct fixture *f)
{
    peer_close(&f->p);
    peer_connect(&f->p, &f->rig);
}

/* A log of one settled group, opened in epoch 1. */
void fixture_begin(struct fixture *f)
{
    peer_open(&f->p, 1, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 1, &f->t, 3, 100);
}

/* Signs f->leaf on top of the table; f->m is the answer. */
void fixture_append(struct fixture *f, uint64_t epoch)
{
    peer_append(&f->p, epoch, &f->t.head, CONST(f->leaf), N, &f->m);
}

void fixture_commit(struct fixture *f, bool has_body)
{
    table_commit(&f->t, CONST(f->leaf), N, has_body, f->m.appended.note.s, f->m.appended.note.len);
}
