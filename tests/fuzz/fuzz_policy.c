/* Trust policies: a quorum is never there without cosignatures, unless nobody is asked for. */
#include <string.h>
#include "base/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_members(const struct policy *p)
{
    for (size_t i = 0; i < p->nmembers; i++) {
        const struct policy_member *m = &p->member[i];
        require(m->name && (m->group || m->nmembers == 0));
        require(!m->group || (m->need >= 1 && m->need <= m->nmembers));
        for (size_t j = 0; j < m->nmembers; j++)
            require(m->member[j] < i);
    }
    require(p->quorum < (int)p->nmembers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char note[] =
        "l\n1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 l AAAAAAA=\n";
    static struct policy p;
    struct policy_vote vote;
    struct arena a;
    struct note n;
    int line = -1;
    arena_init(&a, 1 << 24);
    if (policy_parse(&p, &a, (const char *)data, size, &line) == 0) {
        check_members(&p);
        require(note_parse(&n, note, strlen(note)) == 0);
        policy_vote(&p, &n, &vote);
        require(vote.quorum == (p.quorum < 0));
        (void)!policy_log_verify(&p, &n, NULL);
    }
    require(line >= 0);
    arena_fini(&a);
    return 0;
}
