#pragma once
/* Every limit of the system, in one place. Sizes in bytes, times in milliseconds. */

#define BOUND_ENTRY_BYTES    65535 /* one entry, doc/log.md 1 */
#define BOUND_ENTRY_DEPTH    32
#define BOUND_GROUP_ENTRIES  256  /* entries in one group commit */
#define BOUND_QUEUE_COMMANDS 4096 /* waiting before 503 */
#define BOUND_QUEUE_BYTES    (8 * 1024 * 1024)
#define BOUND_CLOCK_BACK_MS  2000   /* further behind the last entry: 503 clock.back */
#define BOUND_CLOCK_SAID_MS  120000 /* who confirms a clock names its time; it may differ by so much */
#define BOUND_OUTAGE_EDGE_MS 5000   /* a station notices an outage, and its end, that much apart from us */
#define BOUND_CARRY_MS       7200000 /* worked on within so long before midnight, a session goes on behind it */
#define BOUND_WARNING_MS     14400000 /* so long the clinic has to acknowledge a warning */
/* A peer (database, signer) with something under way and not a byte for so long is lost. Whoever waits is
 * told behind that. */
#define BOUND_PEER_MS     4000
#define BOUND_PATIENCE_MS 4500
_Static_assert(BOUND_PATIENCE_MS >= BOUND_PEER_MS + 250, "who waits is told before the peer is given up");
#define BOUND_ID_FUTURE_MS 120000 /* a client id further ahead is refused */

#define BOUND_RAW_SCAN        512   /* raw string of one scan */
#define BOUND_CODE_ID         64    /* an identifier inside a local code */
#define BOUND_REQUEST_BODY    32768 /* HTTP body */
#define BOUND_REQUEST_HEADERS 8192
#define BOUND_REQUEST_DEPTH   8
#define BOUND_REQUEST_MEMBERS 256     /* members of one request, all levels */
#define BOUND_LOT_UNITS       1000000 /* packages of one receipt */
#define BOUND_UNIT_NAME       32
#define BOUND_TEXT_FIELD      2000 /* free text of one field, UTF-8 bytes */
#define BOUND_FORM_FIELDS     64

#define BOUND_SECRET_MIN    6 /* characters of a PIN */
#define BOUND_PASSWORD_MIN  12
#define BOUND_SECRET_BYTES  256
#define BOUND_UNLOCK_QUEUE  32
#define BOUND_WRONG_STATION 3 /* wrong secrets in a row at a station, until it is slowed */
#define BOUND_WRONG_PERSON  5 /* of one person there, until that one is */

#define BOUND_PROTOCOL_BYTES (512 * 1024)
#define BOUND_RIGHTS_BYTES   30000 /* its text stands in one entry, escaped */
#define BOUND_PROTOCOL_NODES 65536 /* YAML nodes after aliases are counted */
#define BOUND_PROTOCOL_STEPS 512
#define BOUND_STEP_FIELDS    48
#define BOUND_PROTOCOL_DEPTH 16

#define BOUND_HTTP_CONNECTIONS 2048
#define BOUND_HTTP_REQUEST_MS  10000 /* from first byte (or accept) to complete request */
#define BOUND_HTTP_STREAMS     1024  /* replies without an end, beside the connections */
#define BOUND_HTTP_PIECE       8192  /* bytes of one that may wait for its client, */
#define BOUND_HTTP_STALL_MS    20000 /* and how long */
#define BOUND_WATCHERS         64    /* of one station */
#define BOUND_EVENTS           4096  /* newest ones that a watcher who comes back is still told */
#define BOUND_EVENT_CHANGES    64    /* told one by one in an event */
/* C2SP signed-note: 16 signatures at the least, one of nearly 5 kB each. */
#define BOUND_NOTE_BYTES   (128 * 1024)
#define BOUND_NOTE_SIGS    32
#define BOUND_SIGNER_FRAME (64 * 1024)

#define BOUND_MANIFEST_LINES  40 /* lines of a key manifest */
#define BOUND_POLICY_ITEMS    40 /* logs; witnesses and groups together: twice as many */
#define BOUND_POLICY_BYTES    65536
#define BOUND_PROOF_BYTES     (BOUND_NOTE_BYTES + 16384)
#define BOUND_BUNDLE_BYTES    (256 * 1024 * 1024) /* of the ZIP */
#define BOUND_BUNDLE_MEMBERS  65534               /* one more would need ZIP64 */
#define BOUND_BUNDLE_MEMBER   (64 * 1024 * 1024)  /* one member, unpacked */
#define BOUND_BUNDLE_UNPACKED (512 * 1024 * 1024) /* all members */
#define BOUND_BUNDLE_RATIO    200                 /* unpacked : packed, beyond 64 KiB */
#define BOUND_STAMP_BYTES     65536               /* one RFC 3161 response */
#define BOUND_PEM_BYTES       (1024 * 1024)
