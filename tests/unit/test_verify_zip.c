/* ZIPs made by hand, byte by byte: to harm, to hide, or to say two things at once. */
#include <stdlib.h>
#include <string.h>

#include "bundle_rig.h"
#include "seeded.h"
#include "verify.h"

/* A member as whoever makes a ZIP by hand could tell it. */
struct raw {
    const char *name; /* in both headers, unless `local` is given */
    const char *local;
    const void *data;
    size_t len;
    uint32_t size;            /* told; then `data` is packed already. 0: data is packed here, as one block */
    uint32_t crc;             /* told; 0: that of data */
    unsigned flags, method;   /* method 0: deflate; STORED */
    unsigned made_by, needed; /* 0: as our own writer */
    unsigned local_needed;    /* 0: the same */
    uint32_t attributes, local_time;
    uint32_t internal; /* attributes, and the number of the disk in front of them */
    size_t gap;        /* bytes in front that belong to nobody */
    long shift;        /* the directory's offset is wrong by this */
    const char *extra; /* raw extra field of the directory, and of the local header */
    size_t extra_len, local_extra_len;
    const char *comment;
    bool wrong_crc, no_attributes;
};
#define STORED  99
#define LATER   8 /* flag: sizes behind the data */
#define UNIX(m) ((uint32_t)(m) << 16)

static uint32_t crc_of(const uint8_t *p, size_t len)
{
    uint32_t c = ~0u;
    for (size_t i = 0; i < len; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
    }
    return ~c;
}

static void le(struct buf *b, uint32_t v, unsigned n)
{
    for (; n; n--, v >>= 8)
        buf_addc(b, (char)(uint8_t)v);
}

/* What stands between the headers, appended; the member's size. */
static uint32_t pack(const struct raw *m, struct buf *b)
{
    if (m->size || m->method) {
        buf_add(b, m->data, m->len);
        return m->size ? m->size : (uint32_t)m->len;
    }
    buf_addc(b, 1); /* one block, the last, as it is */
    le(b, (uint32_t)m->len, 2);
    le(b, ~(uint32_t)m->len & 0xffff, 2);
    buf_add(b, m->data, m->len);
    return (uint32_t)m->len;
}

static void numbers(struct buf *b, const struct raw *m)
{
    struct buf packed;
    uint32_t crc = m->crc ? m->crc : crc_of(m->data, m->len);
    buf_init(&packed);
    uint32_t size = pack(m, &packed);
    le(b, m->wrong_crc ? ~crc : crc, 4);
    le(b, (uint32_t)packed.len, 4);
    le(b, size, 4);
    buf_fini(&packed);
}

static void both(struct buf *b, const struct raw *m, bool local)
{
    unsigned needed = m->needed ? m->needed : 20;
    le(b, local && m->local_needed ? m->local_needed : needed, 2);
    le(b, m->flags, 2);
    le(b, m->method == STORED ? 0 : m->method ? m->method : 8, 2);
    le(b, local && m->local_time ? m->local_time : 0x5c810000, 4);
    if (local && m->flags & LATER)
        for (int i = 0; i < 12; i++)
            buf_addc(b, 0);
    else
        numbers(b, m);
}

static void add_local(struct buf *b, const struct raw *m)
{
    const char *name = m->local ? m->local : m->name;
    for (size_t i = 0; i < m->gap; i++)
        buf_addc(b, 'x');
    le(b, 0x04034b50, 4);
    both(b, m, true);
    le(b, (uint32_t)strlen(name), 2);
    le(b, (uint32_t)m->local_extra_len, 2);
    buf_puts(b, name);
    buf_add(b, m->extra, m->local_extra_len);
    pack(m, b);
    if (m->flags & LATER) {
        le(b, 0x08074b50, 4);
        numbers(b, m);
    }
}

static void add_central(struct buf *b, const struct raw *m, uint32_t offset)
{
    const char *comment = m->comment ? m->comment : "";
    uint32_t attributes = m->attributes ? m->attributes : UNIX(0100644);
    le(b, 0x02014b50, 4);
    le(b, m->made_by ? m->made_by : 0x0314, 2);
    both(b, m, false);
    le(b, (uint32_t)strlen(m->name), 2);
    le(b, (uint32_t)m->extra_len, 2);
    le(b, (uint32_t)strlen(comment), 2);
    le(b, m->internal, 4);
    le(b, m->no_attributes ? 0 : attributes, 4);
    le(b, offset + (uint32_t)m->shift, 4);
    buf_puts(b, m->name);
    buf_add(b, m->extra, m->extra_len);
    buf_puts(b, comment);
}

static void make(const struct raw *m, size_t n, struct buf *ret)
{
    uint32_t *offset = calloc(n + 1, sizeof(*offset));
    for (size_t i = 0; i < n; i++) {
        offset[i] = (uint32_t)(ret->len + m[i].gap);
        add_local(ret, &m[i]);
    }
    size_t from = ret->len;
    for (size_t i = 0; i < n; i++)
        add_central(ret, &m[i], offset[i]);
    size_t size = ret->len - from;
    le(ret, 0x06054b50, 4);
    le(ret, 0, 4);
    le(ret, (uint32_t)n, 2);
    le(ret, (uint32_t)n, 2);
    le(ret, (uint32_t)size, 4);
    le(ret, (uint32_t)from, 4);
    le(ret, 0, 2);
    free(offset);
}

static void check(const struct buf *zip, enum verify_class class, const char *rule, const char *file)
{
    struct verify_options opt = {0};
    const struct verify_failure *f;
    struct verify *v = verify_run(zip->data, zip->len, &opt);
    bool found = false;
    size_t n = verify_failures(v, &f);
    for (size_t i = 0; i < n; i++)
        found = found || (strcmp(f[i].rule, rule) == 0 && strcmp(f[i].file, file) == 0);
    if (!found)
        for (size_t i = 0; i < n; i++)
            print_message("# %s %s %s\n", f[i].rule, f[i].file, f[i].detail ? f[i].detail : "");
    assert_true(found);
    assert_int_equal(verify_class(v), class);
    verify_free(v);
}

static void check_raw(const struct raw *m, size_t n, enum verify_class class, const char *rule,
                      const char *file)
{
    struct buf zip;
    buf_init(&zip);
    make(m, n, &zip);
    check(&zip, class, rule, file);
    buf_fini(&zip);
}

#define DATA .data = "{}", .len = 2
static void refused(struct raw m, const char *rule, const char *file)
{
    check_raw(&m, 1, VERIFY_CONTAINER, rule, file);
}

static void test_plain_zip_is_unpacked(void **state)
{
    (void)state;
    check_raw((struct raw[]){{.name = "bundle.json", DATA}}, 1, VERIFY_LAYOUT, "info.form", "bundle.json");
}

static void test_path_tricks_are_refused(void **state)
{
    static const char *const paths[] = {
        "/etc/passwd", "../x", "entries/../../x", "entries\\00001.json", "C:evil", "./README.txt",
        "entries//x",  "..",   "entries/./a",     "entries/.."};
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        refused((struct raw){.name = paths[i], DATA}, "zip.path", paths[i]);
}

static void test_names_outside_the_layout_are_refused(void **state)
{
    static const char *const names[] = {"evil.exe",           "entries/1.json",       "entries/000001.json",
                                        "entries/00000.json", "entries/00001.JSON",   "proofs/00001.json",
                                        "disclosures/00001.", "disclosures/00001.-a", "timestamps/1-1.tsr",
                                        "timestamps/01.tsr",  "consistency/1.tsr",    "readme.txt",
                                        "keys/other.txt"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        check_raw((struct raw[]){{.name = names[i], DATA}}, 1, VERIFY_LAYOUT, "layout.unknown", names[i]);
}

/* By the attributes of whatever host: some unpackers heed them without asking for the host. */
static void test_links_folders_and_devices_are_refused(void **state)
{
    static const unsigned hosts[] = {0x0314, 0x0014, 0x0b14, 0x1314, 0x0a14};
    static const uint32_t attributes[] = {UNIX(0120777), UNIX(0020644), UNIX(0040755), UNIX(0100644) | 0x10,
                                          UNIX(0104755), UNIX(0100000), UNIX(0644),    2 /* hidden */};
    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        for (size_t k = 0; k < sizeof(attributes) / sizeof(*attributes); k++)
            refused(
                (struct raw){.name = "README.txt", .made_by = hosts[i], .attributes = attributes[k], DATA},
                "zip.kind", "README.txt");
    refused((struct raw){.name = "README.txt", .no_attributes = true, DATA}, "zip.kind", "README.txt");
    refused((struct raw){.name = "entries/", .attributes = UNIX(0040755), DATA}, "zip.kind", "entries/");
}

/* A version that an unpacker does not know makes it skip the member. */
static void test_other_versions_are_refused(void **state)
{
    static const unsigned versions[] = {10, 19, 21, 45, 46, 63, 189};
    (void)state;
    for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
        refused((struct raw){.name = "README.txt", .needed = versions[i], DATA}, "zip.structure",
                "README.txt");
        refused((struct raw){.name = "README.txt", .local_needed = versions[i], DATA}, "zip.structure",
                "README.txt");
    }
    refused((struct raw){.name = "README.txt", .made_by = 0x0014, DATA}, "zip.structure", "README.txt");
}

static void test_unknown_flags_are_refused(void **state)
{
    (void)state;
    for (unsigned bit = 1; bit < 16; bit++)
        if (bit != 3 && bit != 6 && bit != 13)
            refused((struct raw){.name = "README.txt", .flags = 1u << bit, DATA}, "zip.structure",
                    "README.txt");
}

static const char streamed_extra[] = "UT\x05\x00\x01\x00\x60\xcc\x69ux\x0b\x00\x01\x04\0\0\0\0\x04\0\0\0\0";
#define STREAMED .flags = LATER, .extra = streamed_extra, .extra_len = 24, .local_extra_len = 24

/* What a reader from the front would take for the end of the member, and for the next one. */
static void test_stored_members_are_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt", .method = STORED, DATA}, "zip.method", "README.txt");
    refused((struct raw){.name = "README.txt", .method = STORED, STREAMED, DATA}, "zip.method", "README.txt");
}

/* As version 1d3ab53 wrote them. */
static void test_streamed_profile_is_unpacked(void **state)
{
    (void)state;
    check_raw((struct raw[]){{.name = "bundle.json", STREAMED, DATA}}, 1, VERIFY_LAYOUT, "info.form",
              "bundle.json");
    /* neither half of it alone */
    refused((struct raw){.name = "README.txt", .flags = LATER, DATA}, "zip.structure", "");
    refused(
        (struct raw){
            .name = "README.txt", .extra = streamed_extra, .extra_len = 24, .local_extra_len = 24, DATA},
        "zip.structure", "");
}

/* The deflated bytes end, and behind them stand a descriptor and a second member, of which only a reader from
 * the front knows. */
static void test_a_second_face_behind_the_deflated_bytes_is_refused(void **state)
{
    struct buf data;
    (void)state;
    buf_init(&data);
    const struct raw first = {.name = "README.txt", STREAMED, DATA};
    const struct raw second = {.name = "policy.txt", STREAMED, DATA};
    pack(&first, &data);
    le(&data, 0x08074b50, 4);
    numbers(&data, &first);
    add_local(&data, &second);
    refused((struct raw){.name = "README.txt",
                         STREAMED,
                         .size = 2,
                         .crc = crc_of((const uint8_t *)"{}", 2),
                         .data = data.data,
                         .len = data.len},
            "zip.data", "README.txt");
    refused((struct raw){.name = "README.txt",
                         .size = 2,
                         .crc = crc_of((const uint8_t *)"{}", 2),
                         .data = data.data,
                         .len = data.len},
            "zip.data", "README.txt");
    buf_fini(&data);
}

static void test_comments_disks_and_times_are_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt", .comment = "x", DATA}, "zip.structure", "");
    refused((struct raw){.name = "README.txt", .internal = 1, DATA}, "zip.structure", "");
    refused((struct raw){.name = "README.txt", .internal = 1 << 16, DATA}, "zip.structure", "");
    refused((struct raw){.name = "README.txt", .local_time = 1, DATA}, "zip.structure", "README.txt");
}

static void test_names_that_some_file_systems_take_for_one_are_refused(void **state)
{
    const struct raw m[] = {{.name = "disclosures/00001.Name", DATA},
                            {.name = "disclosures/00001.name", DATA}};
    (void)state;
    check_raw(m, 2, VERIFY_CONTAINER, "zip.duplicate", "disclosures/00001.name");
    check_raw((struct raw[]){{.name = "disclosures/00001.name.", DATA}}, 1, VERIFY_LAYOUT, "layout.unknown",
              "disclosures/00001.name.");
    check_raw((struct raw[]){{.name = "disclosures/00001.n\xc3\xa4me", DATA}}, 1, VERIFY_LAYOUT,
              "layout.unknown", "disclosures/00001.n\xc3\xa4me");
}

static void test_encrypted_member_is_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt", .flags = 1, DATA}, "zip.encrypted", "README.txt");
}

static void test_other_method_is_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt", .method = 14, DATA}, "zip.method", "README.txt");
}

static void test_one_name_twice_is_refused(void **state)
{
    const struct raw m[] = {
        {.name = "README.txt", DATA}, {.name = "policy.txt", DATA}, {.name = "README.txt", DATA}};
    (void)state;
    check_raw(m, 3, VERIFY_CONTAINER, "zip.duplicate", "README.txt");
}

static void test_two_names_for_one_member_are_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt", .local = "policy.txt", DATA}, "zip.structure", "README.txt");
}

static void test_bytes_between_members_are_refused(void **state)
{
    const struct raw m[] = {{.name = "README.txt", DATA}, {.name = "policy.txt", .gap = 100, DATA}};
    (void)state;
    check_raw(m, 2, VERIFY_CONTAINER, "zip.structure", "policy.txt");
    refused((struct raw){.name = "README.txt", .gap = 1, DATA}, "zip.structure", "README.txt");
}

static void test_overlapping_members_are_refused(void **state)
{
    const struct raw m[] = {{.name = "README.txt", DATA}, {.name = "policy.txt", .shift = -42, DATA}};
    (void)state;
    check_raw(m, 2, VERIFY_CONTAINER, "zip.structure", "policy.txt");
}

static void test_zip64_and_second_names_are_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt",
                         .extra = "\x01\x00\x08\x00"
                                  "12345678",
                         .extra_len = 12,
                         DATA},
            "zip.structure", "");
    refused((struct raw){.name = "README.txt",
                         .extra = "\x75\x70\x05\x00"
                                  "12345",
                         .extra_len = 9,
                         DATA},
            "zip.structure", "");
    /* in the local header alone */
    refused((struct raw){.name = "README.txt",
                         .extra = "\x75\x70\x05\x00"
                                  "12345",
                         .local_extra_len = 9,
                         DATA},
            "zip.structure", "README.txt");
}

static void test_bytes_behind_the_end_are_refused(void **state)
{
    const struct raw m = {.name = "README.txt", DATA};
    struct buf zip;
    (void)state;
    buf_init(&zip);
    make(&m, 1, &zip);
    buf_puts(&zip, "more");
    check(&zip, VERIFY_CONTAINER, "zip.structure", "");
    buf_fini(&zip);
}

static void test_told_sizes_beyond_bounds_are_refused(void **state)
{
    static uint8_t bytes[1000];
    (void)state;
    refused((struct raw){.name = "README.txt", .method = 8, .size = 0x7fffffff, DATA}, "zip.size",
            "README.txt");
    refused((struct raw){.name = "README.txt", .method = 8, .size = 60000000, .data = bytes, .len = 1000},
            "zip.bomb", "README.txt");
}

/* Eight times 63 MiB told are too much together. */
static void test_told_sum_beyond_bounds_is_refused(void **state)
{
    static const char *const names[] = {"README.txt",    "policy.txt",        "map.json",
                                        "bundle.json",   "report.pdf",        "report.csv",
                                        "keys/root.txt", "keys/manifest.txt", "report.json"};
    static uint8_t bytes[400000];
    struct raw m[9] = {0};
    (void)state;
    for (size_t i = 0; i < 9; i++)
        m[i] = (struct raw){
            .name = names[i], .method = 8, .size = 63 << 20, .data = bytes, .len = sizeof(bytes)};
    check_raw(m, 9, VERIFY_CONTAINER, "zip.size", "report.json");
}

static void test_too_many_members_are_refused(void **state)
{
    struct buf zip;
    (void)state;
    buf_init(&zip);
    make(&(struct raw){.name = "README.txt", DATA}, 1, &zip);
    zip.data[zip.len - 14] = zip.data[zip.len - 12] = 0; /* none at all */
    check(&zip, VERIFY_CONTAINER, "zip.count", "");
    buf_fini(&zip);
}

static void test_wrong_checksum_is_refused(void **state)
{
    (void)state;
    refused((struct raw){.name = "README.txt", .wrong_crc = true, DATA}, "zip.data", "README.txt");
}

/* A member that unpacks to more, or to less, than it tells. */
static void test_lying_deflate_is_refused(void **state)
{
    static const uint8_t hello[] = {0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}; /* "hello" */
    (void)state;
    refused((struct raw){.name = "README.txt", .method = 8, .size = 4, .data = hello, .len = 7}, "zip.data",
            "README.txt");
    refused((struct raw){.name = "README.txt", .method = 8, .size = 6, .data = hello, .len = 7}, "zip.data",
            "README.txt");
    refused((struct raw){.name = "README.txt", .method = 8, .size = 5, .data = "garbage", .len = 7},
            "zip.data", "README.txt");
}

static void test_what_is_no_zip_is_refused(void **state)
{
    static const char *const texts[] = {"", "PK",
                                        "hello, this is not a ZIP at all, but long enough to be one"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct buf b;
        buf_init(&b);
        buf_puts(&b, texts[i]);
        check(&b, VERIFY_CONTAINER, "zip.structure", "");
        buf_fini(&b);
    }
}

/* Cut anywhere, a good bundle is refused for its structure. */
static void test_any_cut_is_noticed(void **state)
{
    const struct rig_plan plan = {.steps = 2};
    struct verify_options opt = {0};
    struct bundle_rig r;
    struct buf zip;
    struct seeded s = {7};
    (void)state;
    buf_init(&zip);
    rig_init(&r, &plan);
    rig_zip(&r, &zip);
    for (int i = 0; i < 300; i++) {
        struct verify *v = verify_run(zip.data, seeded_below(&s, zip.len), &opt);
        assert_int_equal(verify_class(v), VERIFY_CONTAINER);
        verify_free(v);
    }
    rig_fini(&r);
    buf_fini(&zip);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_zip_is_unpacked),
        cmocka_unit_test(test_path_tricks_are_refused),
        cmocka_unit_test(test_names_outside_the_layout_are_refused),
        cmocka_unit_test(test_links_folders_and_devices_are_refused),
        cmocka_unit_test(test_other_versions_are_refused),
        cmocka_unit_test(test_unknown_flags_are_refused),
        cmocka_unit_test(test_stored_members_are_refused),
        cmocka_unit_test(test_streamed_profile_is_unpacked),
        cmocka_unit_test(test_a_second_face_behind_the_deflated_bytes_is_refused),
        cmocka_unit_test(test_comments_disks_and_times_are_refused),
        cmocka_unit_test(test_names_that_some_file_systems_take_for_one_are_refused),
        cmocka_unit_test(test_encrypted_member_is_refused),
        cmocka_unit_test(test_other_method_is_refused),
        cmocka_unit_test(test_one_name_twice_is_refused),
        cmocka_unit_test(test_two_names_for_one_member_are_refused),
        cmocka_unit_test(test_bytes_between_members_are_refused),
        cmocka_unit_test(test_overlapping_members_are_refused),
        cmocka_unit_test(test_zip64_and_second_names_are_refused),
        cmocka_unit_test(test_bytes_behind_the_end_are_refused),
        cmocka_unit_test(test_told_sizes_beyond_bounds_are_refused),
        cmocka_unit_test(test_told_sum_beyond_bounds_is_refused),
        cmocka_unit_test(test_too_many_members_are_refused),
        cmocka_unit_test(test_wrong_checksum_is_refused),
        cmocka_unit_test(test_lying_deflate_is_refused),
        cmocka_unit_test(test_what_is_no_zip_is_refused),
        cmocka_unit_test(test_any_cut_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
