#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool say_ja(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return strncmp(v, "ja", 2) == 0;
    }
    return false;
}

const char *say(const char *ja, const char *en)
{
    return say_ja() ? ja : en;
}

void say_error(const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

bool say_tty(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

char *say_ask(const char *prompt, bool secret)
{
    struct termios was, quiet;
    bool hide = secret && !tcgetattr(STDIN_FILENO, &was);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    fprintf(stderr, "%s", prompt);
    fflush(stderr);
    if (hide) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    n = getline(&line, &cap, stdin);
    if (hide) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        fputc('\n', stderr);
    }
    if (n < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = 0;
    return line;
}
