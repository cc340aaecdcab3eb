/*
 * What batch records need from outside the log: the facility's P-256 key, with which each PDF is signed, and
 * the register that gives staff ids their names. Names stand in no entry: they leave the description here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "init/init.h"
#include "lib/files.h"
#include "lib/pki.h"

#define NAME_MAX_CHARS 60 /* a common name takes 64 */

static void add_quoted(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (; s && *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        if ((unsigned char)*s >= ' ')
            buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

/* One line a person: staff.OP1: {ja: …, en: …}. */
static int write_staff(const struct init *in)
{
    char *path = files_join(in->dir, "evidence/staff.yaml");
    struct buf b;
    json_t *person;
    size_t i, n = 0;
    buf_init(&b);
    buf_puts(&b, "# Names of staff for printed batch records; the log knows their ids alone.\n");
    json_array_foreach(json_object_get(in->facility, "people"), i, person)
    {
        json_t *name = json_object_get(person, "name");
        const char *id = json_string_value(json_object_get(person, "person"));
        const char *ja = json_string_value(json_object_get(name, "ja"));
        const char *en = json_string_value(json_object_get(name, "en"));
        if (id && (ja || en)) {
            buf_printf(&b, "staff.%s: {ja: ", id);
            add_quoted(&b, ja ? ja : en);
            buf_puts(&b, ", en: ");
            add_quoted(&b, en ? en : ja);
            buf_puts(&b, "}\n");
            n++;
        }
        const char *phone = json_string_value(json_object_get(person, "phone"));
        if (id && phone) { /* for the page of last resort */
            buf_printf(&b, "phone.%s: {ja: ", id);
            add_quoted(&b, phone);
            buf_puts(&b, ", en: ");
            add_quoted(&b, phone);
            buf_puts(&b, "}\n");
            n++;
        }
        json_object_del(person, "name");
        json_object_del(person, "phone");
    }
    int err = n ? files_write(path, b.data, b.len, 0640) : CPF_OK;
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    buf_fini(&b);
    free(path);
    return err;
}

int init_report(const struct init *in)
{
    json_t *facility = json_object_get(in->facility, "facility");
    const char *ja = json_string_value(json_object_get(facility, "name_ja"));
    const char *en = json_string_value(json_object_get(facility, "name_en"));
    const char *name = en ? en : ja ? ja : "cpfd";
    char *dir = files_join(in->dir, "tls"), title[4 * NAME_MAX_CHARS + 1];
    size_t len = 0, chars = 0;
    for (; name[len] && chars < NAME_MAX_CHARS && len + 4 < sizeof(title); chars++) /* whole characters */
        for (len++; ((unsigned char)name[len] & 0xc0) == 0x80;)
            len++;
    memcpy(title, name, len);
    title[len] = '\0';
    int err = pki_document(dir, title);
    if (err)
        say_error("%s: %s", dir, cpf_strerror(err));
    free(dir);
    return err ? err : write_staff(in);
}
