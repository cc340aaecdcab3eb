#pragma once
/*
 * Lines on stderr for the journal: `<priority>event=... key=value ...`, one
 * line a decision. Control bytes are escaped, so that no value can forge a line.
 */
enum log_level { LOG_L_ERROR = 3, LOG_L_WARN = 4, LOG_L_INFO = 6 };

/* `fmt` gives "event=x key=value ..."; at most 2000 bytes are written. */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
