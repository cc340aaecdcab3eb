#include "base/instruction.h"

#include <string.h>

#include "base/clock.h"
#include "base/enc.h"

#define HEAD     "cpf-instruction/v2"
#define HEAD_OLD "cpf-instruction/v1"

static const char *const words[] = {[INSTRUCTION_RESET] = "reset", [INSTRUCTION_RESUME] = "resume"};

int instruction_word_of(const char *text, enum instruction_word *ret)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i], text) == 0) {
            *ret = (enum instruction_word)i;
            return CPF_OK;
        }
    return CPF_E_NOTFOUND;
}

/* The next line without its newline, into `ret` of `size`: false if there is none, or it is empty or longer.
 */
static bool take_line(const char **p, const char *end, char *ret, size_t size)
{
    const char *nl = memchr(*p, '\n', (size_t)(end - *p));
    size_t len = nl ? (size_t)(nl - *p) : 0;
    if (len == 0 || len >= size || memchr(*p, '\0', len) || !enc_utf8_ok(*p, len))
        return false;
    memcpy(ret, *p, len);
    ret[len] = '\0';
    *p = nl + 1;
    return true;
}

static int parse(struct instruction *i, const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    char head[sizeof(HEAD)], word[8], day[11];
    uint8_t pub[KEY_PUB];
    bool head_read = take_line(&p, end, head, sizeof(head)), old = head_read && strcmp(head, HEAD_OLD) == 0;
    i->until = INSTRUCTION_NO_DAY;
    if (!head_read || (!old && strcmp(head, HEAD) != 0) ||
        !take_line(&p, end, i->origin, sizeof(i->origin)) || !take_line(&p, end, word, sizeof(word)) ||
        instruction_word_of(word, &i->word) || !take_line(&p, end, i->person, sizeof(i->person)) ||
        !take_line(&p, end, i->key, sizeof(i->key)) || key_read_public(i->key, pub) ||
        (!old && (!take_line(&p, end, day, sizeof(day)) || clock_day_parse(day, &i->until))))
        return CPF_E_SYNTAX;
    return p == end ? CPF_OK : CPF_E_SYNTAX;
}

void instruction_format(const struct instruction *i, struct buf *ret)
{
    char day[11];
    clock_day_format(i->until, day);
    buf_printf(ret, HEAD "\n%s\n%s\n%s\n%s\n%s\n", i->origin, words[i->word], i->person, i->key, day);
}

int instruction_open(struct instruction *i, const char *note, size_t len, const struct note_key *root)
{
    struct note n;
    int err = note_parse(&n, note, len);
    if (!err)
        err = note_verify(&n, root);
    return err ? err : parse(i, n.text, n.text_len);
}

int instruction_sign(const struct instruction *i, const char *root_name, const struct key *root,
                     struct buf *ret)
{
    struct instruction again;
    struct buf text;
    buf_init(&text);
    instruction_format(i, &text);
    /* what nobody could read is not signed */
    int err = parse(&again, text.data, text.len);
    if (!err)
        err = note_sign(text.data, text.len, root_name, root, ret);
    buf_fini(&text);
    return err;
}
