#pragma once
/*
 * A printer of labels that speaks ZPL II on a socket (port 9100). Nothing here waits longer than it is told
 * to; a printer that does not answer, or answers something else, is a fault like the others.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

#define PRINTER_PORT   "9100"
#define PRINTER_STATUS 256 /* more bytes are no answer to ~HS */

/* Why it does not print. PRINTER_READY: it does. */
enum printer_fault {
    PRINTER_READY,
    PRINTER_PAPER,
    PRINTER_HEAD,
    PRINTER_RIBBON,
    PRINTER_PAUSED,
    PRINTER_FULL,   /* its buffer */
    PRINTER_HOT,    /* or too cold, or its memory is damaged */
    PRINTER_BUSY,   /* something is being printed, or waits to be */
    PRINTER_AWAY,   /* cannot be reached, or the connection broke */
    PRINTER_SILENT, /* does not answer in time */
    PRINTER_STRANGE /* answers what is no status */
};

struct printer_status {
    bool paper_out, paused, head_open, ribbon_out, full, damaged, cold, hot, partial;
    int formats;   /* in its buffer */
    int remaining; /* of the one being printed */
};

/* The answer to ~HS: three lines, each between STX and ETX (ZPL II Programming Guide, ~HS). 1: read; 0: it is
 * not complete; -1: it is none. */
int printer_status_read(const char *text, size_t len, struct printer_status *ret);
/* What keeps it from printing; PRINTER_BUSY only where nothing else does. */
enum printer_fault printer_status_fault(const struct printer_status *s);

struct printer;
/* HOST, HOST:PORT or [ADDRESS]:PORT. `ms`: for the connection, and for each answer. PRINTER_AWAY, or
 * PRINTER_READY with *ret. */
enum printer_fault printer_open(const char *where, int ms, struct printer **ret);
void printer_close(struct printer *p); /* NULL is fine */
/* Asks ~HS. */
enum printer_fault printer_ask(struct printer *p);
/* All of it, or PRINTER_AWAY, PRINTER_SILENT (it takes nothing). */
enum printer_fault printer_send(struct printer *p, const char *data, size_t len);
/* Until it has printed what it was sent: PRINTER_READY; else what it said last, `ms` later at most. */
enum printer_fault printer_finish(struct printer *p, int ms);
