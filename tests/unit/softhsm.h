#pragma once
/* A private SoftHSM token for tests: its folder, configuration and PIN. */
#include <stdbool.h>

#define SOFTHSM_TOKEN "cpf-test"
#define SOFTHSM_PIN   "4711-0815"

struct softhsm {
    char dir[64];                 /* everything lies here */
    char pin[80];                 /* file with the PIN */
    char fault[80];               /* what the failing module does: softhsm_fault */
    const char *module, *failing; /* paths of SoftHSM's own module, and of the one in front that can fail */
};

/* False, with a printed reason, where SoftHSM is not installed: the caller skips. */
bool softhsm_up(struct softhsm *h);
void softhsm_down(struct softhsm *h);
/* "gone", "out", "slow", "hang", "wrong"; NULL: works. */
void softhsm_fault(const struct softhsm *h, const char *what);
