/* What is said of a code or a number that did not read. */
#include "core/rule/judge.h"

enum say say_of_code(enum code_fault fault)
{
    static const enum say say[CODE_FAULTS] = {
        [CODE_UNKNOWN] = SAY_SCAN_UNKNOWN,
        [CODE_FORM] = SAY_SCAN_MALFORMED,
        [CODE_CHECK] = SAY_SCAN_CHECK_CHARACTER,
        [CODE_LONG] = SAY_SCAN_LONG,
        [CODE_BYTES] = SAY_SCAN_BYTES,
        [CODE_CAPS] = SAY_SCAN_CAPS,
        [CODE_WIDE] = SAY_SCAN_WIDE,
        [CODE_LAYOUT] = SAY_SCAN_LAYOUT,
        [CODE_TWO] = SAY_SCAN_TWO,
        [CODE_HALF] = SAY_SCAN_HALF,
        [CODE_SEPARATOR] = SAY_SCAN_SEPARATOR,
        [CODE_ISBT] = SAY_SCAN_ISBT,
        [CODE_LINK] = SAY_SCAN_LINK,
        [CODE_RETAIL] = SAY_SCAN_RETAIL,
    };
    require(fault > CODE_OK && fault < CODE_FAULTS);
    return say[fault];
}

bool say_of_number(enum typed_fault fault, enum say *ret)
{
    static const enum say say[] = {
        [TYPED_COMMA] = SAY_NUMBER_COMMA,       [TYPED_GAP] = SAY_NUMBER_GAP,
        [TYPED_EXPONENT] = SAY_NUMBER_EXPONENT, [TYPED_POINT] = SAY_NUMBER_POINT,
        [TYPED_LONG] = SAY_NUMBER_LONG,
    };
    if (fault == TYPED_OK || fault == TYPED_NONE)
        return false;
    *ret = say[fault];
    return true;
}

/* Somebody's note says whatever it says; a label that was read into it is no note. A long text is none. */
bool is_code(const char *text)
{
    struct code c;
    enum code_fault fault = code_read(text, strlen(text), &c);
    if (fault == CODE_FORM) /* E-mail */
        return *text == ']' || *text == 0x1d;
    if (fault == CODE_HALF) /* "E-12" */
        return strlen(text) >= 8;
    if (fault != CODE_OK)
        return fault != CODE_LONG && fault != CODE_BYTES;
    return c.kind <= CODE_COMMAND;
}
