#pragma once
/*
 * Messages to people, in Japanese or English by LC_ALL, LC_MESSAGES or LANG,
 * and the exit codes that every tool promises to scripts.
 */
#include <stdbool.h>
#include <stddef.h>

enum tool_exit {
    EXIT_FINE = 0,
    EXIT_REFUSED = 1,     /* a rule or the server said no */
    EXIT_USAGE = 2,       /* wrong arguments or a file that cannot be used */
    EXIT_UNREACHABLE = 3, /* no answer */
    EXIT_UNVERIFIED = 4,  /* a signature, chain or record does not verify */
};

bool say_ja(void); /* does this person read Japanese? */
/* The one of the two; both may be formats of the same arguments. */
const char *say(const char *ja, const char *en) __attribute__((format_arg(1), format_arg(2)));

/* printf to stderr with the program's name in front. */
void say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line from the terminal without echo if `secret`; malloc'ed without its newline, NULL at end of file.
 * Prompts on stderr, so that output can be piped. */
char *say_ask(const char *prompt, bool secret);
/* Can questions be asked? */
bool say_tty(void);
