/* The shipped data fits together: protocol, texts, clauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "core/catalogue.h"
#include "core/protocol/protocol.h"

#define PROTOCOL  ETC_DIR "/protocols/nk-autologous.yaml"
#define CATALOGUE ETC_DIR "/catalogue.yaml"
#define CLAUSES   ETC_DIR "/clauses.yaml"

struct data {
    struct protocol *protocol;
    struct catalogue *catalogue;
};

static struct protocol *load_protocol(void)
{
    static char text[BOUND_PROTOCOL_BYTES + 1];
    struct protocol_error first = {0};
    struct protocol *p = NULL;
    size_t n = 0;
    FILE *f = fopen(PROTOCOL, "rb");
    assert_non_null(f);
    size_t len = fread(text, 1, sizeof(text), f);
    fclose(f);
    if (protocol_load(text, len, &p, &first, 1, &n) != CPF_OK)
        fail_msg("%s:%d:%d: %s (%s)", PROTOCOL, first.line, first.column, first.text, first.hint);
    return p;
}

static int load(void **state)
{
    static struct data d;
    char *error = NULL;
    d.protocol = load_protocol();
    if (catalogue_load(CATALOGUE, CLAUSES, &d.catalogue, &error) != CPF_OK)
        fail_msg("%s", error ? error : "catalogue");
    *state = &d;
    return 0;
}

static int unload(void **state)
{
    struct data *d = *state;
    protocol_free(d->protocol);
    catalogue_free(d->catalogue);
    return 0;
}

static int64_t day(const char *text)
{
    int64_t d = 0;
    assert_int_equal(clock_day_parse(text, &d), CPF_OK);
    return d;
}

static void test_every_clause_of_the_protocol_is_cited(void **state)
{
    const struct data *d = *state;
    for (size_t i = 0; i < d->protocol->nsteps; i++) {
        const struct step *s = &d->protocol->step[i];
        for (size_t k = 0; k < s->nlaw; k++)
            if (!catalogue_clause(d->catalogue, s->law[k], day("2026-01-01")).ja)
                fail_msg("step %s: clause %s has no citation", s->id, s->law[k]);
    }
}

static void test_transport_is_item_25_since_the_amendment(void **state)
{
    const struct data *d = *state;
    struct text before = catalogue_clause(d->catalogue, "R99-1-25", day("2025-05-30"));
    struct text after = catalogue_clause(d->catalogue, "R99-1-25", day("2025-05-31"));
    assert_non_null(strstr(before.ja, "第24号"));
    assert_non_null(strstr(after.ja, "第25号"));
}

/* The placeholders of one text, each found in the other. */
static void assert_named_in(const char *code, const char *one, const char *other)
{
    for (const char *p = one; (p = strchr(p, '{')); p++) {
        char name[40];
        size_t n = strcspn(p, "}") + 1;
        assert_true(n < sizeof(name));
        memcpy(name, p, n);
        name[n] = 0;
        if (!strstr(other, name))
            fail_msg("%s: %s stands in one language only", code, name);
    }
}

static void test_both_languages_tell_the_same_things(void **state)
{
    const struct data *d = *state;
    struct arena a;
    arena_init(&a, 0);
    for (const char *const *c = catalogue_codes(d->catalogue); *c; c++) {
        struct text t = catalogue_text(d->catalogue, &a, *c, json_object(&a));
        assert_named_in(*c, t.ja, t.en);
        assert_named_in(*c, t.en, t.ja);
    }
    arena_fini(&a);
}

static void test_every_refusal_says_what_to_do_in_one_glance(void **state)
{
    const struct data *d = *state;
    struct arena a;
    arena_init(&a, 0);
    for (const char *const *c = catalogue_codes(d->catalogue); *c; c++) {
        struct text t = catalogue_text(d->catalogue, &a, *c, json_object(&a));
        if (strlen(t.en) > 140 || strlen(t.ja) > 240)
            fail_msg("%s is too long for a wall screen", *c);
    }
    arena_fini(&a);
}

/* What has no Japanese name, or is written so on the thing itself. */
static bool known_latin(const char *word, size_t len)
{
    static const char *const known[] = {
        "PIN",   "CapsLock", "GS",     "GS1",  "DataMatrix", "ISBT",     "Digital", "Link", "L",  "idx",
        "basis", "show",     "cpfctl", "json", "setup",      "redacted", "E",       "JSON", "SHA"};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strlen(known[i]) == len && memcmp(known[i], word, len) == 0)
            return true;
    return false;
}

static bool latin(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The first word of the text that is English, or NULL. */
static const char *english_in(const char *text, size_t *ret_len)
{
    while (*text) {
        size_t n = 0;
        if (*text == '{')
            text += strcspn(text, "}");
        while (latin(text[n]) || (n && text[n] >= '0' && text[n] <= '9'))
            n++;
        if (n && !known_latin(text, n)) {
            *ret_len = n;
            return text;
        }
        text += n ? n : 1;
    }
    return NULL;
}

static void test_japanese_is_japanese(void **state)
{
    const struct data *d = *state;
    struct arena a;
    size_t n = 0;
    arena_init(&a, 0);
    for (const char *const *c = catalogue_codes(d->catalogue); *c; c++) {
        const char *ja = catalogue_text(d->catalogue, &a, *c, json_object(&a)).ja;
        const char *word = english_in(ja, &n);
        if (word)
            fail_msg("%s: `%.*s` in the Japanese text", *c, (int)n, word);
        if (strlen(ja) > 3 && strcmp(ja + strlen(ja) - 3, "。") != 0 && ja[strlen(ja) - 1] != '}')
            fail_msg("%s: the Japanese sentence has no end", *c);
    }
    arena_fini(&a);
}

/* A hold is told in the words of whoever is stopped by it. */
static void test_a_hold_is_told(void **state)
{
    const struct data *d = *state;
    struct arena a;
    arena_init(&a, 0);
    for (const char *const *c = catalogue_codes(d->catalogue); *c; c++) {
        size_t n = strlen(*c);
        struct text t = catalogue_text(d->catalogue, &a, *c, json_object(&a));
        if (n > 5 && strcmp(*c + n - 5, ".hold") == 0 && strcmp(*c, "decision.hold") != 0 &&
            (!strstr(t.ja, "保留") || !strstr(t.en, "hold")))
            fail_msg("%s does not tell the hold", *c);
    }
    arena_fini(&a);
}

static bool late_read(const struct step *s)
{
    return s->late && !s->optional;
}

/* At the decision something still grows, and the batch cannot be complete before it is known. */
static void test_late_results_stand_before_completion(void **state)
{
    const struct protocol *p = ((const struct data *)*state)->protocol;
    int decision = protocol_step(p, "decision"), complete = protocol_step(p, "complete");
    size_t late = 0;
    assert_true(decision >= 0 && complete > decision);
    assert_true(p->step[decision].names_pending);
    assert_true(p->step[complete].closes);
    for (size_t i = 0; i < p->nsteps; i++)
        late += late_read(&p->step[i]);
    assert_int_equal(late,
                     9); /* R+3, R+7, R+14 and their judgement, D6, two bags of D11, plates of D11 and D14 */
}

static bool asks_for(const struct step *s, const char *name)
{
    for (size_t i = 0; i < s->nqualified; i++)
        if (strcmp(s->qualified[i], name) == 0)
            return true;
    return false;
}

/* Nobody works, reads or decides untrained; nobody stands at open cells without more. */
static void test_every_step_asks_for_qualifications(void **state)
{
    const struct protocol *p = ((const struct data *)*state)->protocol;
    for (size_t i = 0; i < p->nsteps; i++) {
        const struct step *s = &p->step[i];
        bool enough =
            asks_for(s, "training") && (!s->fit || (asks_for(s, "health") && asks_for(s, "aseptic")));
        if (!enough)
            print_error("%s\n", s->id);
        assert_true(enough);
    }
}

static void test_twenty_signed_acts_make_a_batch(void **state)
{
    const struct protocol *p = ((const struct data *)*state)->protocol;
    int n = 0;
    for (size_t i = 0; i < p->nsteps; i++)
        n += p->step[i].verb != VERB_NONE && !p->step[i].optional;
    assert_int_equal(n, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_clause_of_the_protocol_is_cited),
        cmocka_unit_test(test_transport_is_item_25_since_the_amendment),
        cmocka_unit_test(test_both_languages_tell_the_same_things),
        cmocka_unit_test(test_every_refusal_says_what_to_do_in_one_glance),
        cmocka_unit_test(test_japanese_is_japanese),
        cmocka_unit_test(test_a_hold_is_told),
        cmocka_unit_test(test_late_results_stand_before_completion),
        cmocka_unit_test(test_every_step_asks_for_qualifications),
        cmocka_unit_test(test_twenty_signed_acts_make_a_batch),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
