#pragma once
/*
 * cpfd's log: one line per event to stderr, `event key=value …`, for the
 * journal or a terminal. A leaf that every folder of the daemon may include.
 *
 * Values are escaped, so that what came from outside cannot forge a line or a
 * key; personal data and key material are never given to it. Each event has
 * its own rate limit; what was left out is counted on the event's next line.
 * A reader of stderr that does not read never stops the caller: the line is
 * dropped and counted.
 */

enum log_level { /* syslog's numbers */
                 LOG_LEVEL_ERROR = 3,
                 LOG_LEVEL_WARNING = 4,
                 LOG_LEVEL_NOTICE = 5,
                 LOG_LEVEL_INFO = 6,
                 LOG_LEVEL_DEBUG = 7
};

/* Lines an event may write within LOG_WINDOW_MS. */
#define LOG_BURST     20
#define LOG_WINDOW_MS 10000

/* Text of a number, for a value; lives as long as the enclosing block. */
#define LOG_NUM(n) log_num((char[24]){0}, (n))
const char *log_num(char buf[24], long long n);

/*
 * log_event(LOG_LEVEL_INFO, "http.listen", "address", a, "port", LOG_NUM(p), NULL): names and values in
 * pairs, ended by NULL; a NULL value is left out together with its name. Event and names are our own
 * words: [a-z0-9._]. May be called from any thread.
 */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* Events above (less grave than) `level` are not written; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

/* Looks at $JOURNAL_STREAM: lines to the journal begin with <priority>, others with the time. Also takes
 * libevent's own messages, as event `libevent`. Call once, before threads. */
void log_start(void);
