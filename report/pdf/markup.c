/* Markup: escaping, both languages, characters that the font lacks. */
#include <hb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdf/int.h"

/* Super- and subscripts of Unicode are set as such: the font has none of U+2070 to U+208E. */
static bool raised(gunichar c, char ret[2], bool *ret_sub)
{
    static const char sign[] = "+-=()";
    if (c < 0x2070 || c > 0x208e || (c & 0xf) > 0xe || c == 0x2071 || c == 0x2072 || c == 0x2073 ||
        c == 0x207f)
        return false;
    unsigned d = c & 0xf;
    *ret_sub = c >= 0x2080;
    ret[0] = d < 10 ? (char)('0' + d) : sign[d - 10];
    ret[1] = '\0';
    return true;
}

/* ---- what the font cannot show ---- */

static bool is_mark(gunichar c)
{
    GUnicodeType t = g_unichar_type(c);
    return t == G_UNICODE_NON_SPACING_MARK || t == G_UNICODE_ENCLOSING_MARK;
}

static bool selects_variation(gunichar c)
{
    return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

/* Nothing that is invisible, turns the direction of the text, or means something else elsewhere. */
static bool shows(struct pdf *p, gunichar c, gunichar before)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return false;
    default:
        break;
    }
    if (selects_variation(c)) {
        hb_codepoint_t glyph;
        return before && hb_font_get_variation_glyph(pango_font_get_hb_font(p->font), before, c, &glyph);
    }
    return pango_font_has_char(p->font, c);
}

static void add_char(struct buf *b, const char *s, gunichar c)
{
    switch (c) {
    case '&':
        buf_puts(b, "&amp;");
        break;
    case '<':
        buf_puts(b, "&lt;");
        break;
    case '>':
        buf_puts(b, "&gt;");
        break;
    default:
        buf_add(b, s, (size_t)(g_utf8_next_char(s) - s));
    }
}

static void add_coded(struct pdf *p, struct buf *b, gunichar c)
{
    p->coded++;
    buf_printf(b, "<span size='82%%' foreground='" PDF_RED "'>[U+%04X]</span>", c);
}

static bool simple(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f || strchr("&<>", *s))
            return false;
    return true;
}

#define MARKS 2 /* more of them on one letter would cover the lines above */

/* Empty lines beyond the first are counted, not drawn: they would fill pages. The last of them. */
static const char *add_lines(struct pdf *p, struct buf *b, const char *s)
{
    size_t n = strspn(s, "\n");
    buf_puts(b, n > 1 ? "\n\n" : "\n");
    if (n > 2) {
        p->coded++;
        buf_printf(b, "<span size='82%%' foreground='" PDF_RED "'>[U+000A ×%zu]</span>", n - 2);
    }
    return s + n - 1;
}

const char *pdf_escape(struct pdf *p, const char *s)
{
    struct buf b;
    gunichar before = 0;
    int marks = 0;
    if (!s || simple(s))
        return s ? arena_strdup(&p->arena, s) : "–";
    buf_init(&b);
    for (; *s; s = g_utf8_next_char(s)) {
        gunichar c = g_utf8_get_char_validated(s, -1);
        char one[2];
        bool sub;
        if (c >= (gunichar)-2) { /* entries are UTF-8; a file may not be */
            buf_puts(&b, "<span foreground='" PDF_RED "'>[?]</span>");
            p->coded++;
            break;
        }
        marks = is_mark(c) ? marks + 1 : 0;
        if (c == '\n') {
            s = add_lines(p, &b, s);
            before = 0;
            continue;
        }
        if (raised(c, one, &sub))
            buf_printf(&b, sub ? "<sub>%s</sub>" : "<sup>%s</sup>", one);
        else if (marks <= MARKS && shows(p, c, before))
            add_char(&b, s, c);
        else
            add_coded(p, &b, c);
        before = c;
    }
    const char *kept = arena_strdup(&p->arena, b.data ? b.data : "");
    buf_fini(&b);
    return kept;
}

const char *pdf_markup(struct pdf *p, const char *fmt, ...)
{
    va_list ap;
    char *s;
    va_start(ap, fmt);
    require(vasprintf(&s, fmt, ap) >= 0);
    va_end(ap);
    const char *kept = arena_strdup(&p->arena, s);
    free(s);
    return kept;
}

static const char *both(struct pdf *p, struct text t, const char *between)
{
    if (!t.ja)
        return "";
    if (!t.en || strcmp(t.ja, t.en) == 0)
        return pdf_escape(p, t.ja);
    return pdf_markup(p, "%s%s<span size='82%%' weight='normal' foreground='" PDF_GREY "'>%s</span>",
                      pdf_escape(p, t.ja), between, pdf_escape(p, t.en));
}

const char *pdf_both(struct pdf *p, struct text t)
{
    return both(p, t, " ");
}

const char *pdf_both_lines(struct pdf *p, struct text t)
{
    return both(p, t, "\n");
}
