#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define DAY_S 86400
/* No zone was ever further from UTC than this. */
#define OFFSET_MAX_S (26 * 3600)
/* Days and times outside are shown and reckoned as the nearest inside:
 * 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z */
#define TIME_MIN INT64_C(-62167219200000)
#define TIME_MAX INT64_C(253402300799999)
#define DAY_MIN  INT64_C(-719528)
#define DAY_MAX  INT64_C(2932896)

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- the machine's clocks ---- */

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    require(clock_gettime(id, &ts) == 0);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_boot_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool clock_synchronised(int64_t *ret_offset_ms)
{
    struct timex tx = {0};
    int state = adjtimex(&tx);
    if (state < 0) {
        *ret_offset_ms = 0;
        return false;
    }
    *ret_offset_ms = tx.offset / (tx.status & STA_NANO ? 1000000 : 1000);
    return state != TIME_ERROR && !(tx.status & STA_UNSYNC);
}

/* ---- the calendar (proleptic Gregorian, as RFC 3339) ---- */

static bool is_leap(int64_t y)
{
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int days_in_month(int64_t y, int m)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return m == 2 && is_leap(y) ? 29 : days[m - 1];
}

/* Counted in years that begin in March, so that the leap day comes last. */
static int64_t day_number(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = floor_div(y, 400), year = y - era * 400;
    int64_t in_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + in_year - 719468;
}

static void civil(int64_t day, int *ret_y, int *ret_m, int *ret_d)
{
    day += 719468;
    int64_t era = floor_div(day, 146097), n = day - era * 146097;
    int64_t year = (n - n / 1460 + n / 36524 - n / 146096) / 365;
    int64_t in_year = n - (365 * year + year / 4 - year / 100);
    int64_t m = (5 * in_year + 2) / 153;
    *ret_d = (int)(in_year - (153 * m + 2) / 5 + 1);
    *ret_m = (int)(m < 10 ? m + 3 : m - 9);
    *ret_y = (int)(year + era * 400 + (*ret_m <= 2));
}

/* ---- text ---- */

static void put(char *s, int value, int width)
{
    while (width-- > 0) {
        s[width] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Exactly `width` digits. */
static bool get(const char *s, int width, int *ret)
{
    int v = 0;
    for (int i = 0; i < width; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        v = v * 10 + (s[i] - '0');
    }
    *ret = v;
    return true;
}

static void put_date(char *s, int y, int m, int d)
{
    put(s, y, 4);
    s[4] = '-';
    put(s + 5, m, 2);
    s[7] = '-';
    put(s + 8, d, 2);
}

static bool get_date(const char *s, int64_t *ret_day)
{
    int y, m, d;
    if (!get(s, 4, &y) || s[4] != '-' || !get(s + 5, 2, &m) || s[7] != '-' || !get(s + 8, 2, &d))
        return false;
    if (m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
        return false;
    *ret_day = day_number(y, m, d);
    return true;
}

void clock_format(int64_t ms, char ret[CLOCK_TEXT])
{
    int y, m, d;
    ms = clamp(ms, TIME_MIN, TIME_MAX);
    int64_t day = floor_div(ms, DAY_S * 1000);
    int rest = (int)(ms - day * DAY_S * 1000);
    civil(day, &y, &m, &d);
    memcpy(ret, "0000-00-00T00:00:00.000Z", CLOCK_TEXT);
    put_date(ret, y, m, d);
    put(ret + 11, rest / 3600000, 2);
    put(ret + 14, rest / 60000 % 60, 2);
    put(ret + 17, rest / 1000 % 60, 2);
    put(ret + 20, rest % 1000, 3);
}

/* "YYYY-MM-DDTHH:MM:SS", in seconds. */
static bool get_seconds(const char *s, int64_t *ret)
{
    int64_t day;
    int h, m, sec;
    if (strnlen(s, 19) < 19 || !get_date(s, &day) || s[10] != 'T')
        return false;
    if (!get(s + 11, 2, &h) || s[13] != ':' || !get(s + 14, 2, &m) || s[16] != ':' || !get(s + 17, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 59)
        return false;
    *ret = day * DAY_S + h * 3600 + m * 60 + sec;
    return true;
}

int clock_parse(const char *s, int64_t *ret_ms)
{
    int64_t sec;
    int ms;
    if (strnlen(s, CLOCK_TEXT) != CLOCK_TEXT - 1 || !get_seconds(s, &sec))
        return CPF_E_SYNTAX;
    if (s[19] != '.' || !get(s + 20, 3, &ms) || s[23] != 'Z')
        return CPF_E_SYNTAX;
    *ret_ms = sec * 1000 + ms;
    return CPF_OK;
}

/* "Z" or "+hh:mm", to the end of the text. */
static bool get_offset(const char *s, int *ret_seconds)
{
    int h, m;
    if (strcmp(s, "Z") == 0) {
        *ret_seconds = 0;
        return true;
    }
    if ((*s != '+' && *s != '-') || strnlen(s, 7) != 6 || s[3] != ':')
        return false;
    if (!get(s + 1, 2, &h) || !get(s + 4, 2, &m) || h > 23 || m > 59)
        return false;
    *ret_seconds = (h * 3600 + m * 60) * (*s == '-' ? -1 : 1);
    return true;
}

int clock_parse_rfc3339(const char *s, int64_t *ret_ms)
{
    int64_t sec;
    int ms = 0, offset;
    if (!get_seconds(s, &sec))
        return CPF_E_SYNTAX;
    s += 19;
    if (*s == '.') {
        int weight = 100;
        if (s[1] < '0' || s[1] > '9')
            return CPF_E_SYNTAX;
        for (s++; *s >= '0' && *s <= '9'; s++, weight /= 10)
            ms += (*s - '0') * weight;
    }
    if (!get_offset(s, &offset))
        return CPF_E_SYNTAX;
    int64_t t = (sec - offset) * 1000 + ms;
    if (t < TIME_MIN || t > TIME_MAX)
        return CPF_E_SYNTAX;
    *ret_ms = t;
    return CPF_OK;
}

/* ---- the facility's zone ---- */

static char zone[64] = "UTC";
static unsigned zones_used = 1;

static bool zone_exists(const char *name)
{
    char path[256];
    const char *dir = getenv("TZDIR");
    size_t len = strlen(name);
    if (len == 0 || len >= sizeof(zone) || name[0] == '/' || name[0] == ':' || strstr(name, ".."))
        return false;
    for (const char *p = name; *p; p++)
        if (*p <= ' ' || *p > '~')
            return false;
    snprintf(path, sizeof(path), "%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo", name);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    char magic[4] = "";
    size_t n = fread(magic, 1, sizeof(magic), f);
    fclose(f);
    return n == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
}

int clock_zone_use(const char *name)
{
    /* tzset() would take an unknown name for UTC, and nobody would notice. */
    if (!zone_exists(name))
        return CPF_E_NOTFOUND;
    if (setenv("TZ", name, 1) != 0)
        return CPF_E_NOMEM;
    tzset();
    strcpy(zone, name);
    zones_used++;
    return CPF_OK;
}

const char *clock_zone_name(void)
{
    return zone;
}

static void local(int64_t sec, struct tm *ret)
{
    time_t t = (time_t)sec;
    if (strcmp(zone, "UTC") == 0)
        require(gmtime_r(&t, ret) != NULL);
    else
        require(localtime_r(&t, ret) != NULL);
}

static int64_t day_of_second(int64_t sec)
{
    struct tm tm;
    local(sec, &tm);
    return day_number((int64_t)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/*
 * The days of the quarters of an hour asked for lately: localtime_r reads its rules anew each time. Only
 * quarters that begin and end on one day are kept, whatever the offset.
 */
#define QUARTER_S 900
#define QUARTERS  16

struct quarter {
    int64_t n, day;
    unsigned zone; /* zones_used when it was found; 0: nothing here */
};

int64_t clock_day(int64_t ms)
{
    static _Thread_local struct quarter kept[QUARTERS];
    int64_t sec = floor_div(clamp(ms, TIME_MIN, TIME_MAX), 1000), n = floor_div(sec, QUARTER_S);
    struct quarter *q = &kept[(uint64_t)n % QUARTERS];
    if (q->zone == zones_used && q->n == n)
        return q->day;
    int64_t first = day_of_second(n * QUARTER_S);
    if (first != day_of_second(n * QUARTER_S + QUARTER_S - 1))
        return day_of_second(sec);
    *q = (struct quarter){n, first, zones_used};
    return first;
}

int64_t clock_day_start(int64_t day)
{
    struct tm tm;
    day = clamp(day, DAY_MIN, DAY_MAX);
    /* Nearly always: midnight by the offset that holds then. */
    int64_t utc = day * DAY_S, guess = utc;
    for (int i = 0; i < 2; i++) {
        local(guess, &tm);
        guess = utc - tm.tm_gmtoff;
    }
    if (day_of_second(guess) == day && day_of_second(guess - 1) == day - 1)
        return guess * 1000;
    /* The clock jumped over midnight, or over the whole day: the first second not before it. */
    int64_t before = utc - OFFSET_MAX_S, after = utc + DAY_S + OFFSET_MAX_S;
    while (after - before > 1) {
        int64_t mid = before + (after - before) / 2;
        if (day_of_second(mid) < day)
            before = mid;
        else
            after = mid;
    }
    return after * 1000;
}

void clock_day_format(int64_t day, char ret[11])
{
    int y, m, d;
    civil(clamp(day, DAY_MIN, DAY_MAX), &y, &m, &d);
    put_date(ret, y, m, d);
    ret[10] = '\0';
}

int clock_day_parse(const char *s, int64_t *ret_day)
{
    return strnlen(s, 11) == 10 && get_date(s, ret_day) ? CPF_OK : CPF_E_SYNTAX;
}

void clock_format_local(int64_t ms, char ret[17])
{
    struct tm tm;
    int64_t day = clock_day(ms);
    ms = clamp(ms, TIME_MIN, TIME_MAX);
    local(floor_div(ms, 1000), &tm);
    clock_day_format(day, ret);
    ret[10] = ' ';
    put(ret + 11, tm.tm_hour, 2);
    ret[13] = ':';
    put(ret + 14, tm.tm_min, 2);
    ret[16] = '\0';
}

int clock_span_parse(const char *s, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"s", 1000}, {"min", 60000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = strspn(s, "0123456789");
    const char *unit = s + digits + (s[digits] == ' ');
    if (digits == 0 || digits > 9)
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(unit, units[i].unit) == 0) {
            *ret_ms = strtoll(s, NULL, 10) * units[i].ms;
            return CPF_OK;
        }
    return CPF_E_SYNTAX;
}
