#pragma once
/* A station's own list, as daemon, stations and verifiers must agree on it. */

/* What the station signs, and what the next item's `prev` is the SHA-256 of: six lines. */
#define STATION_SPOOL_TEXT "cpf/spool/v1\n%s\n%s\n%lld\n%s\n%s\n" /* origin station n prev req */
