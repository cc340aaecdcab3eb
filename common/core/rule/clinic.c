/* Medical institutions and plans: whoever they name is known here. */
#include <string.h>

#include "core/entry/clinic.h"
#include "core/protocol/diag.h"
#include "core/rule/record.h"

#define PHYSICIAN "physician"

/* Each is enrolled, and has the role (NULL: any). */
static bool check_named(struct judge *j, const char *field, const struct texts *people, const char *role)
{
    for (size_t i = 0; i < people->n; i++) {
        const struct person *p = book_person(j->book, people->item[i]);
        struct nearest near;
        size_t pos = 0;
        if (p && (!role || person_has_role(p, role)))
            continue;
        nearest_init(&near, people->item[i]);
        for (const struct person *o; (o = map_next(&j->book->people, &pos));)
            if (!role || person_has_role(o, role))
                nearest_offer(&near, o->id);
        if (!check_word(j, field, people->item[i], near.best))
            return false;
    }
    return true;
}

bool may_clinic(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct clinic_record *v = given;
    return check_right(j, k->record->right, &nothing) && check_named(j, "staff", &v->staff, NULL);
}

static bool check_clinic(struct judge *j, const char *clinic)
{
    struct nearest near;
    size_t pos = 0;
    if (!clinic || book_clinic(j->book, clinic))
        return true;
    nearest_init(&near, clinic);
    for (const struct clinic *c; (c = map_next(&j->book->clinics, &pos));)
        nearest_offer(&near, c->id);
    return check_word(j, "clinic", clinic, near.best);
}

/* A plan may be registered before the protocol of its product is. */
static bool check_products(struct judge *j, const struct texts *products)
{
    for (size_t i = 0; i < products->n; i++) {
        struct nearest near;
        size_t pos = 0;
        bool known = false;
        nearest_init(&near, products->item[i]);
        for (const struct protocol_state *p; (p = map_next(&j->book->protocols, &pos));) {
            if (!p->protocol)
                continue;
            known |= strcmp(p->protocol->id, products->item[i]) == 0;
            nearest_offer(&near, p->protocol->id);
        }
        if (!known && near.best && !check_word(j, "products", products->item[i], near.best))
            return false;
    }
    return true;
}

bool may_plan(struct judge *j, const struct kind *k, const void *given)
{
    const struct plan_record *v = given;
    const struct right_about about = {.documented = v->document && v->sha256};
    return check_right(j, k->record->right, &about) && check_clinic(j, v->clinic) &&
           check_products(j, &v->products) && check_named(j, "physicians", &v->physicians, PHYSICIAN);
}
