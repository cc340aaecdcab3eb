#include "log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <event2/event.h>
#include "base/clock.h"

/* Below PIPE_BUF: poll() then promises that the write does not block, and lines do not mix. */
#define LINE_MAX_BYTES 3500
#define SLOTS          64

struct line {
    char text[LINE_MAX_BYTES + 1]; /* one more for the newline */
    size_t len;
};

struct slot {
    uint32_t hash;
    int64_t window; /* when it began, monotonic ms */
    unsigned written;
    unsigned long left_out;
};

/* The one place with state of the process's own: its stderr is one, too. */
static struct {
    pthread_mutex_t lock;
    enum log_level level;
    bool journal;
    struct slot slot[SLOTS];
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_LEVEL_INFO};

const char *log_num(char buf[24], long long n)
{
    snprintf(buf, 24, "%lld", n);
    return buf;
}

/* ---- one line ---- */

static void put(struct line *l, const char *s, size_t len)
{
    size_t room = LINE_MAX_BYTES - l->len;
    len = len < room ? len : room;
    memcpy(l->text + l->len, s, len);
    l->len += len;
}

static void put_text(struct line *l, const char *s)
{
    put(l, s, strlen(s));
}

static bool is_plain(const char *v)
{
    for (const char *p = v; *p; p++) {
        if ((unsigned char)*p <= ' ' || *p == '"' || *p == '\\' || *p == '=' || *p == 0x7f)
            return false;
    }
    return *v != '\0';
}

/* Quoted; controls, quotes and backslashes escaped; other bytes (UTF-8) as they are, but for the C1
 * controls, which terminals obey (U+0080..U+009F: C2 80..9F). */
static void put_value(struct line *l, const char *v)
{
    if (is_plain(v) && !strchr(v, '\xc2')) {
        put_text(l, v);
        return;
    }
    put_text(l, "\"");
    for (const unsigned char *p = (const unsigned char *)v; *p; p++) {
        char hex[8];
        bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
        if (*p == '"' || *p == '\\') {
            put(l, (char[2]){'\\', (char)*p}, 2);
        } else if (*p < ' ' || *p == 0x7f || c1) {
            snprintf(hex, sizeof(hex), "\\u%04x", c1 ? *++p : *p);
            put_text(l, hex);
        } else {
            put(l, (const char *)p, 1);
        }
    }
    put_text(l, "\"");
}

static void put_pair(struct line *l, const char *name, const char *value)
{
    if (!value)
        return;
    put_text(l, " ");
    put_text(l, name);
    put_text(l, "=");
    put_value(l, value);
}

static void put_start(struct line *l, enum log_level level, const char *event)
{
    static const char *const names[] = {"", "", "", "error ", "warning ", "notice ", "", "debug "};
    char start[CLOCK_TEXT + 2];
    if (state.journal) {
        snprintf(start, sizeof(start), "<%d>", (int)level);
    } else {
        clock_format(clock_now_ms(), start);
        strcat(start, " ");
    }
    put_text(l, start);
    put_text(l, state.journal ? "" : names[level & 7]);
    put_text(l, event);
}

/* ---- how often ---- */

static struct slot *slot_of(const char *event)
{
    uint32_t h = 2166136261u;
    for (const char *p = event; *p; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    h |= 1;
    struct slot *s = &state.slot[h % SLOTS];
    /* Two events that share a slot share its count, too: the table never grows. */
    if (!s->hash)
        s->hash = h;
    return s;
}

/* May the event be written now? *ret_left_out = lines dropped since its last one. */
static bool admit(struct slot *s, unsigned long *ret_left_out)
{
    int64_t now = clock_mono_ms();
    if (!s->window || now - s->window >= LOG_WINDOW_MS) {
        s->window = now;
        s->written = 0;
    }
    if (s->written >= LOG_BURST) {
        s->left_out++;
        return false;
    }
    s->written++;
    *ret_left_out = s->left_out;
    return true;
}

static bool write_line(struct line *l)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    l->text[l->len++] = '\n';
    if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
        return false;
    return write(STDERR_FILENO, l->text, l->len) == (ssize_t)l->len;
}

void log_event(enum log_level level, const char *event, ...)
{
    struct line l = {.len = 0};
    unsigned long left_out = 0;
    int keep_errno = errno;
    va_list ap;
    pthread_mutex_lock(&state.lock);
    struct slot *s = slot_of(event);
    if (level > state.level || !admit(s, &left_out))
        goto out;
    put_start(&l, level, event);
    va_start(ap, event);
    for (const char *name; (name = va_arg(ap, const char *));)
        put_pair(&l, name, va_arg(ap, const char *));
    va_end(ap);
    if (left_out)
        put_pair(&l, "left_out", LOG_NUM((long long)left_out));
    if (write_line(&l))
        s->left_out = 0;
    else
        s->left_out++;
out:
    pthread_mutex_unlock(&state.lock);
    errno = keep_errno;
}

/* ---- start ---- */

void log_set_level(enum log_level level)
{
    pthread_mutex_lock(&state.lock);
    state.level = level;
    pthread_mutex_unlock(&state.lock);
}

/* $JOURNAL_STREAM names the device and inode of the journal's socket (systemd.exec(5)): it is inherited,
 * so only a stderr that still is that socket counts. */
static bool stderr_is_journal(void)
{
    const char *text = getenv("JOURNAL_STREAM");
    unsigned long long dev, ino;
    struct stat st;
    return text && sscanf(text, "%llu:%llu", &dev, &ino) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
           st.st_dev == dev && st.st_ino == ino;
}

static void on_libevent_message(int severity, const char *text)
{
    static const enum log_level levels[] = {LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING,
                                            LOG_LEVEL_ERROR};
    log_event(levels[severity & 3], "libevent", "text", text, NULL);
}

static void on_libevent_fatal(int code)
{
    log_event(LOG_LEVEL_ERROR, "libevent.fatal", "code", LOG_NUM(code), NULL);
    abort();
}

void log_start(void)
{
    state.journal = stderr_is_journal();
    event_set_log_callback(on_libevent_message);
    event_set_fatal_callback(on_libevent_fatal);
}
