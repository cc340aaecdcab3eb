#pragma once
/*
 * `cpfctl audit`: reads the whole log straight from PostgreSQL and checks
 * every leaf, tile, checkpoint root, stream chain, void run, disclosure and
 * column, what guards the tables, and the newest signature (--signatures: all).
 *
 *   audit --database CONNINFO --vkey FILE-OR-KEY [--signatures] [--evidence DIR] …
 *
 * One connection needs SELECT only (role cpf_reader). Returns an exit code of
 * say.h: EXIT_FINE, EXIT_UNVERIFIED (the first thing wrong was named),
 * EXIT_UNREACHABLE (no database), EXIT_USAGE.
 */

/* argv[0] is "audit". */
int audit_main(int argc, char **argv);
