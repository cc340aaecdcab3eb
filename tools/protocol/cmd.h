#pragma once
/* `cpfctl protocol lint`, `show` and `weaker`: protocol files without a server. */
#include <stdbool.h>

/*
 * The arguments are those behind the verb. lint: files; prints `file:line:column: what (hint)` for every
 * error, or with `json` one object a line and file:
 * {errors: [{line, column, text, hint}], file, hash?, id?, ok, steps?, version?}.
 * EXIT_FINE, or EXIT_USAGE if any file has an error or cannot be read.
 */
int protocol_cmd_lint(int argc, char **argv, bool json);
/* show: one file, and perhaps --dot: an outline for people, or the steps as a graph for graphviz. */
int protocol_cmd_show(int argc, char **argv);
/* weaker: OLD NEW, two files; each control that asks less in the new one, a line each
 * (core/protocol/weaker.h). */
int protocol_cmd_weaker(int argc, char **argv);
/* All, by argv[1] ("lint", "show", "weaker"); argv[0] is "protocol". Takes --json and --help. */
int protocol_main(int argc, char **argv);
