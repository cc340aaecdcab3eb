/* What was scanned: local codes, GS1, numbers, dates, and bytes that are none of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "core/code/code.h"
#include "seeded.h"

#define GS "\x1d"
static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static enum code_fault read_text(const char *raw, struct code *ret)
{
    return code_read(raw, strlen(raw), ret);
}

static struct code read_good(const char *raw)
{
    struct code c;
    assert_int_equal(read_text(raw, &c), CODE_OK);
    return c;
}

static struct code read_made(char type, const char *id)
{
    char raw[72];
    assert_int_equal(code_make(type, id, raw, sizeof(raw)), CPF_OK);
    return read_good(raw);
}

static void assert_refused(const char *raw, enum code_fault rc)
{
    struct code c = {.kind = CODE_COMMAND, .number = 7};
    assert_int_equal(read_text(raw, &c), rc);
    assert_int_equal(c.number, 7); /* untouched */
}

static int64_t day(const char *text)
{
    int64_t ret = 0;
    assert_int_equal(clock_day_parse(text, &ret), CPF_OK);
    return ret;
}

/* ---- local codes ---- */

static void test_code_make_appends_the_check_character(void **state)
{
    (void)state;
    char raw[72];
    assert_int_equal(code_make('C', "NK26-0147-T1", raw, sizeof(raw)), CPF_OK);
    assert_string_equal(raw, "C-NK26-0147-T1-0");
    assert_int_equal(code_make('P', "OP1", raw, sizeof(raw)), CPF_OK);
    assert_string_equal(raw, "P-OP1-1");
}

static void test_code_make_refuses_what_a_label_cannot_hold(void **state)
{
    (void)state;
    char raw[72], longest[66];
    static const char *const bad[] = {"", "op1", "OP 1", "OP_1", "-A", "A-", "A--B", "A.B", "Ａ"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(code_make('P', bad[i], raw, sizeof(raw)), CPF_E_INVAL);
    assert_int_equal(code_make('Q', "OP1", raw, sizeof(raw)), CPF_E_INVAL);
    assert_int_equal(code_make('P', "OP1", raw, 7), CPF_E_INVAL);
    memset(longest, 'A', sizeof(longest));
    longest[65] = '\0';
    assert_int_equal(code_make('P', longest, raw, sizeof(raw)), CPF_E_INVAL);
    longest[64] = '\0';
    assert_int_equal(code_make('P', longest, raw, sizeof(raw)), CPF_OK);
    assert_string_equal(read_good(raw).id, longest);
}

static void test_code_read_knows_every_type(void **state)
{
    (void)state;
    static const struct {
        char type;
        enum code_kind kind;
        const char *name;
    } types[] = {{'P', CODE_BADGE, "badge"},     {'B', CODE_BATCH, "batch"},
                 {'L', CODE_LOT, "lot"},         {'E', CODE_EQUIPMENT, "equipment"},
                 {'W', CODE_PLACE, "place"},     {'D', CODE_DOCUMENT, "document"},
                 {'N', CODE_PATIENT, "patient"}, {'X', CODE_COMMAND, "command"}};
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        struct code c = read_made(types[i].type, "STEP-D3-COUNT");
        assert_int_equal(c.kind, types[i].kind);
        assert_string_equal(c.id, "STEP-D3-COUNT");
        assert_string_equal(code_kind_name(c.kind), types[i].name);
    }
}

static void test_a_container_has_batch_label_and_number(void **state)
{
    (void)state;
    struct code c = read_made('C', "NK26-0147-FP12");
    assert_int_equal(c.kind, CODE_CONTAINER);
    assert_string_equal(c.batch, "NK26-0147");
    assert_string_equal(c.label, "FP");
    assert_int_equal(c.number, 12);
}

static void test_a_container_without_label_or_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"T1", "NK26-T", "NK26-12", "NK26-T01", "NK26-T12345", "NK26-T1A"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char raw[72];
        assert_int_equal(code_make('C', bad[i], raw, sizeof(raw)), CPF_OK);
        assert_refused(raw, CODE_FORM);
    }
}

static void test_a_lot_may_have_a_unit(void **state)
{
    (void)state;
    struct code c = read_made('L', "HT-2609-U0042");
    assert_string_equal(c.id, "HT-2609");
    assert_string_equal(c.unit, "0042");
    c = read_made('L', "HT-2609");
    assert_string_equal(c.id, "HT-2609");
    assert_string_equal(c.unit, "");
    c = read_made('L', "HT-U"); /* no unit, a lot of that name */
    assert_string_equal(c.id, "HT-U");
}

static void test_malformed_local_codes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"P--1", "P-OP1-*", "P-OP.1-1", "P-OP--1-1", "C-\"T1-0", "E-mail"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_refused(bad[i], CODE_FORM);
    assert_refused("P-OP1-2", CODE_CHECK);
}

/* The scheme itself (ISO 7064, MOD 37,36), written a second time. */
static char reference_check(const char *s)
{
    int p = 36;
    for (; *s; s++) {
        int x = (p + (int)(strchr(letters, *s) - letters)) % 36;
        p = (x ? x : 36) * 2 % 37;
    }
    for (int c = 0; c < 36; c++)
        if ((p + c) % 36 == 1)
            return letters[c];
    return '?';
}

static void test_the_check_character_is_that_of_iso_7064(void **state)
{
    (void)state;
    struct seeded rnd = {7};
    assert_int_equal(reference_check("A12425GABC1234002"), 'M'); /* the GRid standard's own example */
    for (int round = 0; round < 2000; round++) {
        char id[24] = "", bare[25] = "W", raw[72];
        size_t len = 1 + seeded_below(&rnd, 20);
        for (size_t i = 0; i < len; i++)
            bare[i + 1] = id[i] = letters[seeded_below(&rnd, 36)];
        bare[len + 1] = '\0';
        assert_int_equal(code_make('W', id, raw, sizeof(raw)), CPF_OK);
        assert_int_equal(raw[strlen(raw) - 1], reference_check(bare));
    }
}

static void random_code(struct seeded *rnd, char raw[72])
{
    char id[24] = "";
    size_t len = 4 + seeded_below(rnd, 16);
    for (size_t i = 0; i < len; i++)
        id[i] = letters[seeded_below(rnd, 36)];
    assert_int_equal(code_make('B', id, raw, 72), CPF_OK);
}

static void test_every_single_substitution_is_detected(void **state)
{
    (void)state;
    struct seeded rnd = {11};
    struct code c;
    for (int round = 0; round < 300; round++) {
        char raw[72];
        random_code(&rnd, raw);
        for (size_t i = 2; raw[i]; i++)
            for (const char *l = letters; *l && raw[i] != '-'; l++) {
                char wrong[72];
                memcpy(wrong, raw, sizeof(wrong));
                wrong[i] = *l;
                assert_int_equal(read_text(wrong, &c), *l == raw[i] ? CODE_OK : CODE_CHECK);
            }
    }
}

/* A hybrid system misses a pair whose doubled sums fold at the modulus: fewer than two in a thousand. */
static void test_adjacent_transpositions_are_detected(void **state)
{
    (void)state;
    struct seeded rnd = {13};
    struct code c;
    size_t tried = 0, missed = 0;
    for (int round = 0; round < 20000; round++) {
        char raw[72];
        random_code(&rnd, raw);
        for (size_t i = 2; raw[i + 3]; i++) {
            char a = raw[i], b = raw[i + 1];
            if (a == b)
                continue;
            raw[i] = b;
            raw[i + 1] = a;
            tried++;
            missed += read_text(raw, &c) == CODE_OK;
            raw[i] = a;
            raw[i + 1] = b;
        }
    }
    assert_true(tried > 100000);
    assert_true(missed * 200 < tried);
    print_message("# %zu of %zu transpositions missed\n", missed, tried);
}

/* ---- GS1 ---- */

#define ITEM "0104912345678904"

static void test_a_gs1_label_is_read(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"]d2", "]C1", "]Q3", "]e0", GS};
    for (size_t i = 0; i < 5; i++) {
        char raw[100];
        snprintf(raw, sizeof(raw),
                 "%s" ITEM "17261231"
                 "10LOT42A" GS "2100017",
                 prefixes[i]);
        struct code c = read_good(raw);
        assert_int_equal(c.kind, CODE_GS1);
        assert_string_equal(c.gtin, "04912345678904");
        assert_string_equal(c.lot, "LOT42A");
        assert_string_equal(c.unit, "00017");
        assert_int_equal(c.expiry_day, day("2026-12-31"));
        assert_true(c.made_day == INT64_MIN);
    }
}

static void test_gs1_elements_come_in_any_order(void **state)
{
    (void)state;
    struct code c = read_good("]d2"
                              "10A/b-1" GS "112602"
                              "28" ITEM);
    assert_string_equal(c.lot, "A/b-1");
    assert_int_equal(c.made_day, day("2026-02-28"));
    assert_true(c.expiry_day == INT64_MIN);
    assert_string_equal(c.unit, "");
}

static void test_gs1_day_zero_is_the_end_of_the_month(void **state)
{
    (void)state;
    assert_int_equal(read_good("]d2" ITEM "17280200").expiry_day, day("2028-02-29"));
    assert_int_equal(read_good("]d2" ITEM "17270200").expiry_day, day("2027-02-28"));
    assert_int_equal(read_good("]d2" ITEM "17261200").expiry_day, day("2026-12-31"));
}

static void test_gs1_dates_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"260229", "260431", "261301", "260001", "261232", "2612AB", "26123"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char raw[60];
        snprintf(raw, sizeof(raw), "]d2" ITEM "17%s", bad[i]);
        assert_refused(raw, CODE_FORM);
    }
}

static void test_a_wrong_gs1_check_digit_is_refused(void **state)
{
    (void)state;
    assert_refused("]d2"
                   "0104912345678905"
                   "17261231",
                   CODE_CHECK);
    assert_refused("]d2"
                   "0104912345687904"
                   "17261231",
                   CODE_CHECK);
}

static void test_malformed_gs1_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "]d2" ITEM "10",                   /* nothing in it */
        "]d2" ITEM "10" GS "2100017",      /* nothing in it */
        "]d2" ITEM "17261231" GS GS "10A", /* two separators */
        "]d2" ITEM "17261231"
        "9",                           /* trailing byte */
        "]d2" ITEM "10LOT42A" GS "xx", /* trailing bytes */
        "]d2" ITEM ITEM,               /* twice */
        "]d2"
        "10LOT42A",                           /* of what? */
        "]d2" ITEM "10ABCDEFGHIJKLMNOPQRSTU", /* 21 characters */
        "]d2" ITEM "10LOT 42",                /* blank */
        "]d2" ITEM "10LOT#",                  /* not of the GS1 character set */
        "]d2"
        "010491234567890", /* short */
        "]d2"
        "01049123456789X4",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_refused(bad[i], CODE_FORM);
    assert_refused("]d2", CODE_HALF);
    assert_refused(GS, CODE_HALF);
    assert_refused("]d2" ITEM "10LOT42A" GS, CODE_HALF); /* cut off behind the separator */
    assert_refused("]d9" ITEM, CODE_UNKNOWN);            /* another symbology */
    assert_refused("]C0" ITEM, CODE_UNKNOWN);
}

static void test_other_gs1_elements_are_kept(void **state)
{
    (void)state;
    struct code c = read_good("]d2" ITEM "17261231"
                              "10LOT42A" GS "240REF-7" GS "305" GS "91own" GS "3103000123"
                              "7003261230"
                              "1200"
                              "2100017");
    assert_string_equal(c.lot, "LOT42A");
    assert_string_equal(c.unit, "00017");
    assert_string_equal(c.more, "(240)REF-7(30)5(91)own(3103)000123(7003)2612301200");
    assert_false(c.run_on);
    c = read_good("]C1" ITEM "7003261230"
                  "1200");
    assert_int_equal(c.expiry_day, day("2026-12-30"));
    c = read_good("]d2" ITEM "05whatever" GS "10LOT42A"); /* 05 is in no table: it ends at the separator */
    assert_string_equal(c.lot, "LOT42A");
    assert_string_equal(c.more, "(05)whatever");
}

/* Without GS nobody can tell where a lot ends: too long is refused, shorter is another lot's name. */
static void test_a_missing_gs1_separator_never_gives_the_right_lot(void **state)
{
    (void)state;
    assert_refused("]d2" ITEM "10LOT42A"
                   "2100017"
                   "17261231",
                   CODE_SEPARATOR);
    struct code c = read_good("]d2" ITEM "10LOT42A"
                              "2100017");
    assert_string_equal(c.lot, "LOT42A2100017");
    assert_string_equal(c.unit, "");
    assert_true(c.run_on); /* whoever knows no such lot says so */
    assert_false(read_good("]d2" ITEM "10LOT42A").run_on);
    assert_false(read_good("]d2" ITEM "10LOT42A" GS "2100017").run_on);
}

/* ---- numbers, dates, texts ---- */

static void test_numbers_keep_digits_and_unit(void **state)
{
    (void)state;
    char text[DEC_TEXT];
    struct code c = read_good("45.0 mL");
    assert_int_equal(c.kind, CODE_NUMBER);
    dec_format(c.value, text);
    assert_string_equal(text, "45.0");
    assert_string_equal(c.unit, "mL");
    c = read_good("140 %");
    assert_true(c.kind == CODE_NUMBER && c.value.mant == 140);
    assert_string_equal(c.unit, "%");
    c = read_good("-5");
    assert_true(c.kind == CODE_NUMBER && c.value.mant == -5 && c.unit[0] == '\0');
    assert_string_equal(read_good("37.0 °C").unit, "°C");
}

static void test_what_is_no_exact_number_is_a_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"1e5",
                                        "5.",
                                        ".5",
                                        "1,000",
                                        "-",
                                        "5 mL of",
                                        "3 abcdefghijklmnopqrstuvwxyzabcdefgh",
                                        "1234567890123456"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_int_equal(read_good(texts[i]).kind, CODE_TEXT);
    assert_int_equal(read_good("1e5").fault, TYPED_EXPONENT);
    assert_int_equal(read_good("1,000").fault, TYPED_COMMA);
    assert_int_equal(read_good("<0.05").censor, CENSOR_BELOW);
}

static void test_dates_are_days_that_exist(void **state)
{
    (void)state;
    struct code c = read_good("2026-11-22");
    assert_int_equal(c.kind, CODE_DATE);
    assert_int_equal(c.day, day("2026-11-22"));
    assert_int_equal(read_good("2026-02-29").kind, CODE_TEXT);
    assert_int_equal(read_good("2026-13-01").kind, CODE_TEXT);
    assert_int_equal(read_good("2026/11/22").day, day("2026-11-22"));
    assert_int_equal(read_good("26-11-22").kind, CODE_TEXT);
    c = read_good("20261122"); /* who awaits a number reads one */
    assert_int_equal(c.kind, CODE_NUMBER);
    assert_true(c.dated && c.day == day("2026-11-22"));
}

/* ---- what was a code once ---- */

static void test_mangled_codes_have_a_name_each(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        enum code_fault fault;
    } bad[] = {
        {"p-op1-1", CODE_CAPS},
        {"c-nk26-0147-t1-0", CODE_CAPS},
        {"P-op1-1", CODE_CAPS},
        {"Ｐ－ＯＰ１－１", CODE_WIDE},
        {"ｐーおｐ１ー１", CODE_WIDE},
        {"C-んk26-0147-T1-0", CODE_WIDE},
        {"PßOP1ß1", CODE_LAYOUT}, /* German */
        {"P'OP1'1", CODE_LAYOUT}, /* Italian, Swiss */
        {"p/op1/1", CODE_LAYOUT},
        {"[d2" ITEM "17261231", CODE_LAYOUT},
        {"P-OP1-1P-OP1-1", CODE_TWO},
        {"P-OP1-1\rC-NK26-0147-T1-0", CODE_TWO},
        {"P-OP1-1 C-NK26-0147-T1-0 P-OP1-1", CODE_TWO},
        {"C-NK26-0147-T1-0]d2" ITEM, CODE_TWO},
        {"]d2" ITEM "17261231]d2" ITEM, CODE_TWO},
        {"C-NK26-0147-T1", CODE_HALF},
        {"C-NK26-0147-T1-", CODE_HALF},
        {"NK26-0147-T1-0", CODE_HALF},
        {"-NK26-0147-T1-0", CODE_HALF},
        {"P-", CODE_HALF},
        {"P-OP1-11", CODE_HALF},
        {"=A99992112345600", CODE_ISBT},
        {"=<E0001V00", CODE_ISBT},
        {"https://id.gs1.org/01/04912345678904/10/LOT42A", CODE_LINK},
        {"HTTPS://EXAMPLE.COM/x/01/04912345678904", CODE_LINK},
        {"]E04912345678904", CODE_RETAIL},
        {"]E04912345678905", CODE_CHECK},
        {"]Q1hello", CODE_UNKNOWN},
        {"]Q1https://id.gs1.org/01/04912345678904", CODE_LINK},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct code c = {.number = 7};
        enum code_fault fault = read_text(bad[i].raw, &c);
        if (fault != bad[i].fault || c.number != 7)
            fail_msg("%s: %d, wanted %d", bad[i].raw, fault, bad[i].fault);
    }
}

static void test_aim_identifiers_and_line_ends_are_no_part_of_a_code(void **state)
{
    (void)state;
    static const char *const good[] = {"]C0P-OP1-1", "]d1P-OP1-1", "]Q1P-OP1-1",  "]A0P-OP1-1",
                                       "]L2P-OP1-1", " P-OP1-1",   "P-OP1-1\r\n", "P-OP1-1\t"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        struct code c = read_good(good[i]);
        assert_int_equal(c.kind, CODE_BADGE);
        assert_string_equal(c.id, "OP1");
    }
}

static void test_anything_else_is_a_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"山田太郎",
                                        "E-mail sent to ward 3",
                                        "Q-1-2",
                                        "hello",
                                        "-",
                                        "A=B",
                                        "= the same as before",
                                        "ロット番号 A-1 を使用",
                                        "x-y"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_int_equal(read_good(texts[i]).kind, CODE_TEXT);
}

/* ---- hostile bytes ---- */

static void test_hostile_bytes_are_refused(void **state)
{
    (void)state;
    struct code c;
    char big[BOUND_RAW_SCAN + 1];
    memset(big, 'a', sizeof(big));
    assert_int_equal(code_read("", 0, &c), CODE_BYTES);
    assert_int_equal(code_read(big, sizeof(big), &c), CODE_LONG);
    assert_int_equal(code_read(big, BOUND_RAW_SCAN, &c), CODE_OK);
    assert_int_equal(code_read("P-OP1\0-1", 8, &c), CODE_BYTES);
    assert_int_equal(code_read("\xff\xfe", 2, &c), CODE_BYTES);
    assert_int_equal(code_read("\xed\xa0\x80", 3, &c), CODE_BYTES);
    memcpy(big, "P-", 2);
    memset(big + 2, 'A', BOUND_RAW_SCAN - 4);
    memcpy(big + BOUND_RAW_SCAN - 2, "-1", 2);
    assert_int_equal(code_read(big, BOUND_RAW_SCAN, &c), CODE_LONG);
}

static void test_random_bytes_never_pass_as_a_local_code(void **state)
{
    (void)state;
    struct seeded rnd = {17};
    for (int round = 0; round < 100000; round++) {
        char *raw = malloc(40); /* of its own, so that a sanitizer sees a byte too far */
        size_t len = seeded_below(&rnd, 41);
        struct code c;
        for (size_t i = 0; i < len; i++)
            raw[i] = (char)(seeded_below(&rnd, 3) ? ' ' + (int)seeded_below(&rnd, 95)
                                                  : (int)seeded_below(&rnd, 256));
        if (code_read(raw, len, &c) == CODE_OK)
            assert_true(c.kind == CODE_TEXT || c.kind == CODE_NUMBER);
        free(raw);
    }
}

static void test_commands_are_made_as_they_are_read(void **state)
{
    static const char *const made[][3] = {{"OUT", NULL, "X-OUT-D"},
                                          {"STEP", "d0.count.cells", "X-STEP-D0-COUNT-CELLS-W"},
                                          {"OPT", "normal", "X-OPT-NORMAL-M"}};
    char raw[BOUND_CODE_ID + 8], longest[BOUND_CODE_ID + 2];
    struct code c;
    (void)state;
    for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
        assert_int_equal(code_make_command(made[i][0], made[i][1], raw, sizeof(raw)), 0);
        assert_string_equal(raw, made[i][2]);
        assert_int_equal(code_read(raw, strlen(raw), &c), CODE_OK);
        assert_int_equal(c.kind, CODE_COMMAND);
    }
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = 0;
    assert_int_equal(code_make_command("STEP", longest, raw, sizeof(raw)), CPF_E_INVAL);
    assert_int_equal(code_make_command("STEP", "a_b", raw, sizeof(raw)), CPF_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_are_made_as_they_are_read),
        cmocka_unit_test(test_code_make_appends_the_check_character),
        cmocka_unit_test(test_code_make_refuses_what_a_label_cannot_hold),
        cmocka_unit_test(test_code_read_knows_every_type),
        cmocka_unit_test(test_a_container_has_batch_label_and_number),
        cmocka_unit_test(test_a_container_without_label_or_number_is_refused),
        cmocka_unit_test(test_a_lot_may_have_a_unit),
        cmocka_unit_test(test_malformed_local_codes_are_refused),
        cmocka_unit_test(test_the_check_character_is_that_of_iso_7064),
        cmocka_unit_test(test_every_single_substitution_is_detected),
        cmocka_unit_test(test_adjacent_transpositions_are_detected),
        cmocka_unit_test(test_a_gs1_label_is_read),
        cmocka_unit_test(test_gs1_elements_come_in_any_order),
        cmocka_unit_test(test_gs1_day_zero_is_the_end_of_the_month),
        cmocka_unit_test(test_gs1_dates_that_do_not_exist_are_refused),
        cmocka_unit_test(test_a_wrong_gs1_check_digit_is_refused),
        cmocka_unit_test(test_malformed_gs1_is_refused),
        cmocka_unit_test(test_a_missing_gs1_separator_never_gives_the_right_lot),
        cmocka_unit_test(test_numbers_keep_digits_and_unit),
        cmocka_unit_test(test_what_is_no_exact_number_is_a_text),
        cmocka_unit_test(test_dates_are_days_that_exist),
        cmocka_unit_test(test_other_gs1_elements_are_kept),
        cmocka_unit_test(test_mangled_codes_have_a_name_each),
        cmocka_unit_test(test_aim_identifiers_and_line_ends_are_no_part_of_a_code),
        cmocka_unit_test(test_anything_else_is_a_text),
        cmocka_unit_test(test_hostile_bytes_are_refused),
        cmocka_unit_test(test_random_bytes_never_pass_as_a_local_code),
    };
    if (clock_zone_use("Asia/Tokyo") != CPF_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
