#include "log.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "base/buf.h"

void log_line(enum log_level level, const char *fmt, ...)
{
    char text[2000];
    struct buf line;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    buf_init(&line);
    buf_printf(&line, "<%d>", (int)level);
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            buf_printf(&line, "\\x%02x", (unsigned)(unsigned char)*p);
        else
            buf_addc(&line, *p);
    }
    buf_addc(&line, '\n');
    /* One write, so that lines of several processes do not mix; a full pipe loses the line, not the service.
     */
    ssize_t n = write(STDERR_FILENO, line.data, line.len);
    (void)n;
    buf_fini(&line);
}
