#include "facility.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/key.h"
#include "base/mem.h"
#include "files.h"

#define SAMPLE "sample-" /* etc/facility */

/* The parts of a description, the member that names an item, and what refers to other items. */
static const struct part {
    const char *name, *id;
    bool copied;
    const char *refers[2];
} parts[] = {
    {"people", "person", true, {NULL, NULL}},
    {"stations", "station", true, {"room", NULL}},
    {"rooms", "room", true, {NULL, NULL}},
    {"equipment", "equipment", true, {"room", NULL}},
    {"places", "place", true, {"room", "equipment"}},
    {"lots", "lot", false, {NULL, NULL}},
    {"clinics", "clinic", false, {NULL, NULL}},
    {"plans", "plan", false, {NULL, NULL}},
};
#define NPARTS (sizeof(parts) / sizeof(*parts))

__attribute__((format(printf, 3, 4))) static int fail(char **ret_error, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(ret_error, fmt, ap) < 0)
        *ret_error = NULL;
    va_end(ap);
    return code;
}

static void suffix(json_t *item, const char *member, int copy)
{
    const char *id = json_string_value(json_object_get(item, member));
    if (id)
        json_object_set_new(item, member, json_sprintf("%s-%d", id, copy));
}

static void copy_part(json_t *facility, const struct part *p, int copies)
{
    json_t *list = json_object_get(facility, p->name);
    size_t n = json_array_size(list);
    for (int copy = 2; copy <= copies; copy++) {
        for (size_t i = 0; i < n; i++) {
            json_t *item = json_deep_copy(json_array_get(list, i));
            suffix(item, p->id, copy);
            for (int r = 0; r < 2; r++)
                if (p->refers[r] && strcmp(p->refers[r], p->id) != 0)
                    suffix(item, p->refers[r], copy);
            json_array_append_new(list, item);
        }
    }
}

/* Copies of people belong where their first does. */
static void copy_names(json_t *facility, const char *part, const char *member, int copies)
{
    json_t *item, *name;
    size_t i, k;
    json_array_foreach(json_object_get(facility, part), i, item)
    {
        json_t *list = json_object_get(item, member), *copied = jansson_array();
        for (int copy = 2; copy <= copies; copy++)
            json_array_foreach(list, k, name)
                json_array_append_new(copied, json_sprintf("%s-%d", json_string_value(name), copy));
        json_array_extend(list, copied);
        json_decref(copied);
    }
}

void facility_copy(json_t *facility, int copies)
{
    copy_names(facility, "clinics", "staff", copies);
    copy_names(facility, "plans", "physicians", copies);
    /* Copies work apart, so that a recording of them can be played in any order: each brings its own numbers.
     */
    if (copies > 1)
        json_object_del(json_object_get(facility, "facility"), "numbering");
    for (size_t i = 0; i < NPARTS; i++)
        if (parts[i].copied)
            copy_part(facility, &parts[i], copies);
}

/* `+N` or `-N` in a date means days from today, so that a sample does not grow old. */
static json_t *real_date(const char *text)
{
    char day[11], *end;
    long n = strtol(text, &end, 10);
    if ((*text != '+' && *text != '-') || end == text || *end)
        return NULL;
    clock_day_format(clock_day(clock_now_ms()) + n, day);
    return json_string(day);
}

static void real_dates(json_t *v)
{
    const char *name;
    json_t *member, *date;
    size_t i;
    if (json_is_array(v)) {
        json_array_foreach(v, i, member) real_dates(member);
        return;
    }
    json_object_foreach(v, name, member)
    {
        if (json_is_string(member) && (date = real_date(json_string_value(member))))
            json_object_set_new(v, name, date);
        else
            real_dates(member);
    }
}

void facility_make_pin(char ret[7])
{
    uint32_t r;
    do /* no modulo bias */
        enc_random(&r, sizeof(r));
    while (r >= 4294000000u);
    snprintf(ret, 7, "%06u", r % 1000000u);
}

void facility_make_password(char ret[20])
{
    static const char alphabet[] =
        "abcdefghijkmnpqrstuvwxyz23456789"; /* 32: five bits each, no look-alikes */
    uint8_t r[16];
    size_t at = 0;
    enc_random(r, sizeof(r));
    for (size_t i = 0; i < sizeof(r); i++) {
        if (i && i % 4 == 0)
            ret[at++] = '-';
        ret[at++] = alphabet[r[i] & 31];
    }
    ret[at] = 0;
    OPENSSL_cleanse(r, sizeof(r));
}

static int seal_into(json_t *cred, const char *name, const uint8_t secret[32], const char *password,
                     bool light)
{
    struct buf sealed;
    int err;
    buf_init(&sealed);
    err = key_seal(secret, 32, password, light, &sealed);
    if (!err)
        json_object_set_new(cred, name, json_stringn(sealed.data, sealed.len));
    buf_fini(&sealed);
    return err;
}

int facility_person(json_t *person, bool light, char **ret_error)
{
    const char *id = json_string_value(json_object_get(person, "person"));
    const char *pin = json_string_value(json_object_get(person, "pin"));
    const char *password = json_string_value(json_object_get(person, "password"));
    uint8_t seed[KEY_SEED], token[32], pub[KEY_PUB];
    json_t *cred = jansson_object();
    struct key *key = NULL;
    char text[44];
    int err;
    if (!pin || strlen(pin) < BOUND_SECRET_MIN || !password || strlen(password) < BOUND_PASSWORD_MIN) {
        err = fail(ret_error, CPF_E_INVAL,
                   "%s: a PIN of %d and a password of %d characters at least are needed", id ? id : "?",
                   BOUND_SECRET_MIN, BOUND_PASSWORD_MIN);
        goto out;
    }
    enc_random(seed, sizeof(seed));
    enc_random(token, sizeof(token));
    err = key_from_seed(seed, &key);
    if (!err)
        err = seal_into(cred, "key", seed, password, light);
    if (!err)
        err = seal_into(cred, "pin", token, pin, light);
    if (err) {
        fail(ret_error, err, "%s: %s", id, cpf_strerror(err));
        goto out;
    }
    key_public(key, pub);
    enc_digest(pub, text);
    json_object_set_new(person, "key", json_string(text));
    json_object_set(person, "cred", cred);
    json_object_del(person, "pin");
    json_object_del(person, "password");
out:
    OPENSSL_cleanse(seed, sizeof(seed));
    OPENSSL_cleanse(token, sizeof(token));
    key_free(key);
    json_decref(cred);
    return err;
}

int facility_station(json_t *station, char ret_token[44])
{
    uint8_t raw[32], digest[HASH_LEN];
    char hash[44];
    enc_random(raw, sizeof(raw));
    enc_digest(raw, ret_token);
    hash_sha256(ret_token, strlen(ret_token), digest);
    enc_digest(digest, hash);
    OPENSSL_cleanse(raw, sizeof(raw));
    return json_object_set_new(station, "token", json_string(hash)) ? CPF_E_INVAL : CPF_OK;
}

int facility_keep_token(const char *dir, const char *station, const char *token)
{
    char *folder = files_join(dir, "stations"), *path, line[48];
    int err = files_mkdir(folder, 0700);
    require(asprintf(&path, "%s/%s.token", folder, station) >= 0);
    snprintf(line, sizeof(line), "%s\n", token);
    if (!err)
        err = files_write(path, line, strlen(line), 0600);
    OPENSSL_cleanse(line, sizeof(line));
    free(path);
    free(folder);
    return err;
}

/* What stands in a description that everybody has is no secret of anybody. */
static int check_secret(const json_t *person, bool training, char **ret_error)
{
    const char *password = json_string_value(json_object_get(person, "password"));
    if (training || !password || strncmp(password, SAMPLE, strlen(SAMPLE)) != 0)
        return CPF_OK;
    return fail(ret_error, CPF_E_INVAL, "%s: passwords that begin with " SAMPLE " are for --training alone",
                json_string_value(json_object_get(person, "person")));
}

static int prepare_people(json_t *facility, const struct facility_files *files, char **ret_error)
{
    json_t *person, *logins = jansson_array();
    char *text, *path = files_join(files->dir, "logins.json");
    int err = CPF_OK;
    size_t i;
    json_array_foreach(json_object_get(facility, "people"), i, person)
    {
        json_array_append_new(
            logins,
            json_pack("{s:O?,s:O?,s:O?,s:O?,s:O?}", "person", json_object_get(person, "person"), "dept",
                      json_object_get(person, "dept"), "roles", json_object_get(person, "roles"), "pin",
                      json_object_get(person, "pin"), "password", json_object_get(person, "password")));
        err = check_secret(person, files->training, ret_error);
        if (!err)
            err = facility_person(person, files->light, ret_error);
        if (err)
            break;
    }
    if (!err && files->training) {
        text = json_dumps(logins, JSON_INDENT(1));
        err = files_write(path, text, strlen(text), 0600);
        free(text);
        if (err)
            fail(ret_error, err, "%s cannot be written", path);
    }
    json_decref(logins);
    free(path);
    return err;
}

static int prepare_stations(json_t *facility, const struct facility_files *files, char **ret_error)
{
    json_t *station;
    char token[44];
    size_t i;
    json_array_foreach(json_object_get(facility, "stations"), i, station)
    {
        const char *id = json_string_value(json_object_get(station, "station"));
        int err = id ? facility_station(station, token) : CPF_E_INVAL;
        if (!err)
            err = facility_keep_token(files->dir, id, token);
        OPENSSL_cleanse(token, sizeof(token));
        if (err)
            return fail(ret_error, err, "stations[%zu]: %s", i, cpf_strerror(err));
    }
    return CPF_OK;
}

/* A protocol is named by its path: as given, beside the description, or under the data folder. */
static int read_protocol(const char *name, const struct facility_files *files, struct buf *ret)
{
    char *dir = xstrdup(files->source ? files->source : "."), *slash = strrchr(dir, '/'), *path;
    int err = file_read(name, BOUND_PROTOCOL_BYTES, ret);
    if (slash)
        *slash = 0;
    for (int i = 0; err == CPF_E_NOTFOUND && i < 3; i++) {
        if (i == 2 && !files->base)
            break;
        if (i == 1)
            require(asprintf(&path, "%s/../protocols/%s", slash ? dir : ".", name) >= 0);
        else
            path = files_join(i ? files->base : slash ? dir : ".", name);
        buf_clear(ret);
        err = file_read(path, BOUND_PROTOCOL_BYTES, ret);
        free(path);
    }
    free(dir);
    return err;
}

static int prepare_protocols(json_t *facility, const struct facility_files *files, char **ret_error)
{
    json_t *list = json_object_get(facility, "protocols"), *out = jansson_array(), *item;
    int err = CPF_OK;
    size_t i;
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_is_object(item) ? json_object_get(item, "file") : item);
        struct buf text;
        buf_init(&text);
        err = name ? read_protocol(name, files, &text) : CPF_E_INVAL;
        if (!err)
            json_array_append_new(out, json_pack("{s:s#}", "text", text.data, (int)text.len));
        else
            fail(ret_error, err, "protocol %s cannot be read", name ? name : "?");
        buf_fini(&text);
        if (err)
            break;
    }
    json_object_set_new(facility, "protocols", out);
    return err;
}

/* `id` may stand for the part's own word. */
static int name_items(json_t *facility, char **ret_error)
{
    for (size_t p = 0; p < NPARTS; p++) {
        json_t *item, *list = json_object_get(facility, parts[p].name);
        size_t i;
        if (list && !json_is_array(list))
            return fail(ret_error, CPF_E_SYNTAX, "%s must be a list", parts[p].name);
        json_array_foreach(list, i, item)
        {
            json_t *id = json_object_get(item, "id");
            if (id && !json_object_get(item, parts[p].id)) {
                json_object_set(item, parts[p].id, id);
                json_object_del(item, "id");
            }
            if (!json_string_value(json_object_get(item, parts[p].id)))
                return fail(ret_error, CPF_E_SYNTAX, "%s[%zu] has no `%s`", parts[p].name, i, parts[p].id);
        }
    }
    return CPF_OK;
}

/* Counts are numbers; scalars of the file are all text. */
static void count(json_t *item, const char *member)
{
    const char *n = json_string_value(json_object_get(item, member));
    if (n && *n && !n[strspn(n, "0123456789")])
        json_object_set_new(item, member, json_integer(strtol(n, NULL, 10)));
}

static void count_units(json_t *facility)
{
    json_t *lot;
    size_t i;
    count(json_object_get(facility, "facility"), "first");
    json_array_foreach(json_object_get(facility, "lots"), i, lot) count(lot, "units");
}

int facility_prepare(json_t *facility, const struct facility_files *files, char **ret_error)
{
    int err;
    if (!json_is_object(json_object_get(facility, "facility")))
        return fail(ret_error, CPF_E_SYNTAX, "`facility` is missing");
    err = name_items(facility, ret_error);
    if (err)
        return err;
    real_dates(facility);
    count_units(facility);
    err = prepare_people(facility, files, ret_error);
    if (!err)
        err = prepare_stations(facility, files, ret_error);
    if (!err)
        err = prepare_protocols(facility, files, ret_error);
    return err;
}
