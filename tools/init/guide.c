/* `cpfctl init` at a terminal: the least that a facility needs, one person per department. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/mem.h"
#include "init/init.h"
#include "lib/facility.h"

static const struct {
    const char *dept, *ja, *en, *id;
    const char *roles[4];
} departments[] = {
    {"clinic",
     "再生医療等提供機関（医師）",
     "clinic (physician)",
     "DR",
     {"physician", "coordinator", "nurse", NULL}},
    {"manufacturing",
     "製造部門（製造部門責任者）",
     "manufacturing (its manager)",
     "MM",
     {"production-manager", "operator", NULL}},
    {"quality",
     "品質部門（品質部門責任者）",
     "quality (its manager)",
     "QM",
     {"quality-manager", "tester", NULL}},
    {"management", "施設管理者", "facility manager", "FM", {"facility-manager", "administrator", NULL}},
};

static const struct {
    const char *station, *kind;
} stations[] = {{"CL", "CL"}, {"RC", "RC"}, {"ST", "ST"}, {"GW", "GW"},
                {"B2", "B2"}, {"QC", "QC"}, {"QA", "QA"}, {"SH", "SH"}};

/* An answer, or the default on an empty line; NULL at end of file. Malloc'ed. */
static char *ask(const char *question, const char *dflt)
{
    char prompt[400], *v;
    snprintf(prompt, sizeof(prompt), "%s%s%s%s: ", question, dflt ? " [" : "", dflt ? dflt : "",
             dflt ? "]" : "");
    do {
        v = say_ask(prompt, false);
        if (!v)
            return NULL;
        if (*v)
            return v;
        free(v);
    } while (!dflt);
    return xstrdup(dflt);
}

static bool ask_into(json_t *o, const char *member, const char *question, const char *dflt)
{
    char *v = ask(question, dflt);
    if (!v)
        return false;
    json_object_set_new(o, member, json_string(v));
    free(v);
    return true;
}

/* Twice, until both agree and are long enough. */
static bool ask_secret(json_t *o, const char *member, const char *question, size_t least)
{
    for (;;) {
        char *a = say_ask(question, true), *b = a ? say_ask(say("  もう一度: ", "  again: "), true) : NULL;
        bool end = !a || !b, ok = !end && strcmp(a, b) == 0 && strlen(a) >= least;
        if (ok)
            json_object_set_new(o, member, json_string(a));
        else if (!end)
            fprintf(stderr,
                    say("  一致しないか短すぎます（%zu 文字以上）\n",
                        "  they differ or are too short (%zu at least)\n"),
                    least);
        ctl_wipe(a);
        ctl_wipe(b);
        if (end || ok)
            return ok;
    }
}

static bool ask_person(json_t *people, size_t d)
{
    json_t *p = jansson_object(), *roles = jansson_array();
    char question[200];
    bool ok;
    fprintf(stderr, "\n%s\n", say(departments[d].ja, departments[d].en));
    for (const char *const *r = departments[d].roles; *r; r++)
        json_array_append_new(roles, json_string(*r));
    json_object_set_new(p, "dept", json_string(departments[d].dept));
    json_object_set_new(p, "roles", roles);
    json_object_set_new(p, "qualified", jansson_array());
    snprintf(question, sizeof(question), say("  PIN（%d 桁以上）: ", "  PIN (%d digits at least): "),
             BOUND_SECRET_MIN);
    ok = ask_into(p, "person", say("  職員番号", "  person's id"), departments[d].id) &&
         ask_secret(p, "pin", question, BOUND_SECRET_MIN);
    snprintf(question, sizeof(question),
             say("  パスワード（%d 文字以上）: ", "  password (%d characters at least): "),
             BOUND_PASSWORD_MIN);
    ok = ok && ask_secret(p, "password", question, BOUND_PASSWORD_MIN);
    json_array_append_new(people, p);
    return ok;
}

/* Who commissions, and under which plan: without it no order has a plan to stand under. The physician is the
 * clinic's person. */
static bool ask_clinic(json_t *all)
{
    const char *physician =
        json_string_value(json_object_get(json_array_get(json_object_get(all, "people"), 0), "person"));
    json_t *c = json_pack("{s:s,s:[s]}", "clinic", "CLINIC", "staff", physician);
    json_t *p = json_pack("{s:s,s:[s],s:[s],s:s}", "clinic", "CLINIC", "products", "nk-autologous",
                          "physicians", physician, "from", "+0");
    bool ok =
        ask_into(c, "name_ja", say("再生医療等提供機関の名称（日本語）", "Clinic, name in Japanese"), NULL) &&
        ask_into(c, "name_en", say("再生医療等提供機関の名称（英語）", "Clinic, name in English"), NULL) &&
        ask_into(c, "address_ja", say("その所在地", "Its address"), NULL) &&
        ask_into(p, "plan", say("提供計画番号（例 PC5170071）", "Number of its plan (such as PC5170071)"),
                 NULL);
    json_object_set_new(all, "clinics", json_pack("[o]", c));
    json_object_set_new(all, "plans", json_pack("[o]", p));
    return ok;
}

json_t *ctl_guide(bool training)
{
    json_t *all = json_pack("{s:{},s:[],s:[],s:[],s:[],s:[],s:[],s:[]}", "facility", "people", "stations",
                            "rooms", "equipment", "places", "lots", "protocols");
    json_t *f = json_object_get(all, "facility");
    bool ok;
    fprintf(stderr, "%s%s\n", say("新しい施設を作ります。", "A new facility."),
            training ? say("（訓練用）", " (training)") : "");
    ok =
        ask_into(f, "name_ja", say("施設名（日本語）", "Name in Japanese"), NULL) &&
        ask_into(f, "name_en", say("施設名（英語）", "Name in English"), NULL) &&
        ask_into(f, "number", say("施設番号（例 FC3150092）", "Facility number (such as FC3150092)"), NULL) &&
        ask_into(f, "zone", say("時間帯", "Time zone"), "Asia/Tokyo");
    if (ok)
        json_object_set(f, "id", json_object_get(f, "number"));
    for (size_t d = 0; ok && d < sizeof(departments) / sizeof(*departments); d++)
        ok = ask_person(json_object_get(all, "people"), d);
    ok = ok && ask_clinic(all);
    for (size_t i = 0; i < sizeof(stations) / sizeof(*stations); i++)
        json_array_append_new(
            json_object_get(all, "stations"),
            json_pack("{s:s,s:s}", "station", stations[i].station, "kind", stations[i].kind));
    if (ok)
        return all;
    json_decref(all);
    return NULL;
}
