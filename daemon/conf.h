#pragma once
/* cpfd's configuration, from etc/cpfd.yaml: one schema table of key, type, range, default. */
#include <stdbool.h>
#include "base/err.h"

struct conf {
    const char *origin; /* of the log; begins with `training.` if and only if training */
    bool training;
    const char *listen_address; /* default 127.0.0.1 */
    int listen_port;            /* default 8443; 0 = any, printed at start */
    const char *tls_certificate, *tls_key;
    const char *admin_socket;                    /* default /run/cpfd/admin.sock */
    const char *database;                        /* conninfo of the writer */
    const char *database_reader;                 /* conninfo of the reader */
    const char *signer_socket;                   /* default /run/cpf-signer/signer.sock */
    const char *vkey_file;                       /* the log's verifier key, one line */
    const char *catalogue, *clauses, *rights;    /* paths */
    const char *labels;                          /* folder of layouts */
    const char *report;                          /* program: cpf-report */
    const char *evidence;                        /* folder of what bundles carry from outside the database */
    const char *report_key, *report_certificate; /* PEM; default "": the PDF is not signed */
    const char *audit_results; /* folder: new.json and full.json of `cpfctl audit --result`, for /metrics */
    const char *zone;          /* default Asia/Tokyo */
    /* anchors (doc/anchors.md); "" where a path, name or URL is left out */
    const char *witnesses,
        *witness_ca;        /* policy file of those who witness us; default: evidence/policy.txt */
    int witness_interval_s; /* 0: on demand only */
    const char *witness_key, *witness_name, *witness_passphrase, *witness_logs; /* we as witness of others */
    const char *stamp_url, *stamp_ca;
    int stamp_interval_s; /* 0: on demand only */
    bool stamp_training;  /* also in a training log: for tests */
    /* values that practice sets (configuration, never law: doc/law.md) */
    int second_within_s; /* a second person who is named gave the own PIN so lately; default 300 */
    int idle_after_s;    /* a bench that was not used for longer asks for a badge; default 1800, 0: never */
    int late_after_s;    /* a station's claim older than this needs a late entry; default 300 */
    int pace_scan_ms, pace_tube_ms, pace_witness_ms, pace_spread_ms, pace_apart_ms,
        pace_review_ms;   /* faster no hands are: core/rule/rule.h; 0: not looked at */
    int station_silent_s; /* not heard for so long, with somebody signed in there, a station is silent */
    int wrong_station_s, wrong_person_s; /* the longest wait after wrong secrets in a row */
    int retry_after_s;
    int clock_ahead_s; /* so far the clock may jump ahead by itself */
    /* what is looked at while serving (health/health.h) */
    int watch_interval_s, certificate_warn_days;
    const char *disk_folder; /* "": only the admin socket's */
    int disk_warn_mb, disk_stop_mb;
};

/* *ret_error gets file:line:column, what and a hint; free() it. */
must_check int conf_load(const char *path, struct conf **ret, char **ret_error);
void conf_free(struct conf *c);
/* A file beside the catalogue; free() it. */
char *conf_beside(const struct conf *c, const char *name);
/* Every key with type, default and meaning, as text: `cpfd --help-config`. */
void conf_print_keys(void);
