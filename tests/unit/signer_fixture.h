#pragma once
/* A fresh signer, an empty table and one connection for each test of its rules. */
#include "signer_rig.h"

#define N        5
#define CONST(l) ((const uint8_t(*)[HASH_LEN])(l))
#define T(name)  cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

struct fixture {
    struct rig rig;
    struct table t;
    struct peer p;
    uint8_t leaf[N][HASH_LEN], other[N][HASH_LEN];
    struct sigwire_msg m;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

void fixture_reconnect(struct fixture *f);
/* A log of one settled group of three, opened in epoch 1. */
void fixture_begin(struct fixture *f);
/* Signs f->leaf on top of the table; f->m is the answer. */
void fixture_append(struct fixture *f, uint64_t epoch);
/* Commits what fixture_append was answered. */
void fixture_commit(struct fixture *f, bool has_body);
