/*
 * A disk that flushes slowly: preloaded into PostgreSQL and cpf-signer, adds
 * CPF_FLUSH_US microseconds to each fsync and fdatasync, after the real one.
 *
 * It delays the caller and nothing else, so that two processes flush side by
 * side, as they would on a device with a queue. The wait goes on through
 * signals, since a real flush cannot be interrupted either.
 *
 * CPF_FLUSH_HOLD names a file: while it is there a flush does not end. Each
 * that has ended leaves a byte in the file of that name with `.done` behind.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_DELAY_US 10000000L

typedef int (*flush_fn)(int fd);

/* Written once, by the constructor, before any thread of the program runs. */
static flush_fn real_fsync, real_fdatasync;
static long delay_us;
static const char *hold;

static flush_fn find(const char *name)
{
    flush_fn fn;
    /* POSIX's way round the missing conversion of object to function pointer. */
    *(void **)&fn = dlsym(RTLD_NEXT, name);
    if (fn == NULL)
        abort();
    return fn;
}

__attribute__((constructor)) static void flush_init(void)
{
    real_fsync = find("fsync");
    real_fdatasync = find("fdatasync");
    hold = getenv("CPF_FLUSH_HOLD");
    const char *text = getenv("CPF_FLUSH_US");
    long us = text != NULL ? strtol(text, NULL, 10) : 0;
    delay_us = us < 0 ? 0 : us > MAX_DELAY_US ? MAX_DELAY_US : us;
    /* The kernel's default slack of 50 us would be half of a short delay. */
    if (delay_us > 0)
        (void)prctl(PR_SET_TIMERSLACK, 1000UL);
}

static void delay(void)
{
    if (delay_us == 0)
        return;
    int keep = errno;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    long ns = until.tv_nsec + delay_us % 1000000L * 1000L;
    until.tv_sec += delay_us / 1000000L + ns / 1000000000L;
    until.tv_nsec = ns % 1000000000L;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
    errno = keep;
}

static void held(void)
{
    struct timespec nap = {0, 1000000};
    char done[4096];
    if (hold == NULL)
        return;
    int keep = errno;
    while (access(hold, F_OK) == 0)
        clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
    snprintf(done, sizeof(done), "%s.done", hold);
    int fd = open(done, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, ".", 1) != 1)
        abort();
    close(fd);
    errno = keep;
}

int fsync(int fd)
{
    if (real_fsync == NULL)
        flush_init(); /* another library's constructor came first */
    int rc = real_fsync(fd);
    delay();
    held();
    return rc;
}

int fdatasync(int fd)
{
    if (real_fdatasync == NULL)
        flush_init();
    int rc = real_fdatasync(fd);
    delay();
    held();
    return rc;
}
