#pragma once
/*
 * Times are Unix milliseconds, UTC. Text form: RFC 3339 with exactly three
 * decimals and `Z`. Days are calendar days of a zone; hours are elapsed hours.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

#define CLOCK_PG_EPOCH_MS INT64_C(946684800000) /* 2000-01-01, from which PostgreSQL counts microseconds */
#define CLOCK_TEXT        25                    /* "2026-11-22T02:30:00.123Z" + NUL */

int64_t clock_now_ms(void);  /* the machine's wall clock */
int64_t clock_mono_ms(void); /* monotonic, for time-outs */
int64_t clock_mono_us(void); /* ... and for measuring */
/* Since boot, a suspended machine's sleep included. */
int64_t clock_boot_ms(void);
/* Is the kernel's clock synchronised (adjtimex)? *ret_offset_ms = its last known offset. */
bool clock_synchronised(int64_t *ret_offset_ms);

/* Years 0000 to 9999; what lies outside shows as the nearest. */
void clock_format(int64_t ms, char ret[CLOCK_TEXT]);
/* Strict form above. */
must_check int clock_parse(const char *s, int64_t *ret_ms);
/* RFC 3339 as stations send it: any number of decimals, Z or +hh:mm. */
must_check int clock_parse_rfc3339(const char *s, int64_t *ret_ms);

/*
 * Zone by name (tzdata, e.g. Asia/Tokyo). Implemented without changing the
 * process's TZ more than once: clock_zone_use() is called once at start.
 */
must_check int clock_zone_use(const char *name);
const char *clock_zone_name(void);
/* Days since 1970-01-01 of the local calendar day that holds `ms`. */
int64_t clock_day(int64_t ms);
/* First millisecond of local day `day`. */
int64_t clock_day_start(int64_t day);
/* "YYYY-MM-DD" <-> day number. */
void clock_day_format(int64_t day, char ret[11]);
must_check int clock_day_parse(const char *s, int64_t *ret_day);
/* "90s", "20min" or "20m", "3h", "2d", or with one blank before the unit; not negative. */
must_check int clock_span_parse(const char *s, int64_t *ret_ms);
/* Local "YYYY-MM-DD HH:MM" for people. */
void clock_format_local(int64_t ms, char ret[17]);
