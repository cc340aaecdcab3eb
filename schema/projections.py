#!/usr/bin/env python3
"""Makes from projections.txt what the database, the statements and the C code must agree on.

    projections.py sql                 the tables: for psql, as owner of the database; does nothing when they are there
    projections.py statements FOLDER   the statements that write and read them, a file each
    projections.py c LIST_H TABLE_C    enum and tables of common/core/view
"""
import hashlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
# type -> column, parameter, how it is written, how it is read back
TYPES = {"text": ('text collate "C"', "text", "", ""), "decimal": ("numeric", "text", "::numeric", "::text"),
         "int": ("bigint", "int8", "", ""), "bool": ("boolean", "bool", "", ""),
         "time": ("timestamptz", "timestamptz", "", "")}
MERGES = ("key", "last", "once", "add")
FROM_LOG = "Made from the log, not evidence."


class Table:
    def __init__(self, name, appended, text):
        self.name, self.appended, self.text = name, appended, text
        self.columns, self.indexes = [], []

    def names(self, *merges):
        return [c[0] for c in self.columns if not merges or c[2] in merges]


def read(path=HERE / "projections.txt"):
    tables = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split(None, 2 if line[:1] != " " else 3)
        if not words or words[0].startswith("#"):
            continue
        if line[0] != " " and words[0] in ("table", "appended") and len(words) == 3:
            tables.append(Table(words[1], words[0] == "appended", words[2]))
        elif words[0] == "index" and tables:
            tables[-1].indexes.append(line.split(None, 2)[1:])
        elif tables and len(words) >= 3 and words[1] in TYPES and words[2] in MERGES:
            tables[-1].columns.append((words[0], words[1], words[2], words[3] if len(words) == 4 else ""))
        else:
            sys.exit(f"{path}:{number}: cannot read this line")
    for t in tables:
        keys = len(t.names("key"))
        if not keys or t.names()[:keys] != t.names("key"):
            sys.exit(f"{path}: {t.name}: the columns of its key come first")
        if t.appended and t.names("once", "add"):
            sys.exit(f"{path}: {t.name}: what is given once cannot be merged")
    return tables


def shape():
    text = b"".join((HERE / name).read_bytes() for name in ("projections.txt", "projections-views.sql"))
    return hashlib.sha256(text).hexdigest()[:16]


# ---- the tables ----------------------------------------------------------------


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def create(t):
    lines = [f"create table cpf.{t.name} ("]
    for name, kind, merge, _ in t.columns:
        rest = " not null" if merge == "key" else " not null default 0" if merge == "add" else ""
        lines.append(f"    {name} {TYPES[kind][0]}{rest},")
    lines.append(f"    primary key ({', '.join(t.names('key'))})")
    lines.append(");" if t.appended else ") with (fillfactor = 70);")
    lines += [f"create index {name} on cpf.{t.name} {rest};" for name, rest in t.indexes]
    lines.append(f"comment on table cpf.{t.name} is {quoted(t.text + ' ' + FROM_LOG)};")
    lines += [f"comment on column cpf.{t.name}.{n} is {quoted(text)};" for n, _, _, text in t.columns if text]
    lines.append(f"grant select, insert, update, delete on cpf.{t.name} to cpf_writer;")
    lines.append(f"grant select on cpf.{t.name} to cpf_reader;")
    return "\n".join(lines)


def sql(tables):
    mark = f"shape {shape()}"
    deletes = "\n".join(f"    delete from cpf.{t.name};" for t in tables)
    views = (HERE / "projections-views.sql").read_text(encoding="utf-8")
    names = re.findall(r"^create view (cpf\.\w+)", views, re.M)
    grants = "\n".join(f"grant select on {name} to cpf_reader, cpf_writer;" for name in names)
    return f"""-- Made by projections.py from projections.txt: the tables that the follower keeps. After `sqitch deploy`, as the
-- database's owner. What was there is dropped: the daemon makes all rows again from the log.
\\set ON_ERROR_STOP on
select coalesce(pg_catalog.obj_description('cpf.projected'::pg_catalog.regclass, 'pg_class'), '')
    like '% {mark}' as same \\gset
\\if :same
\\quit
\\endif
begin;
set local role cpf_owner;
set local client_min_messages = warning;
do $$
declare
    old pg_catalog.regclass;
begin
    for old in select c.oid from pg_catalog.pg_class c where c.relnamespace = 'cpf'::pg_catalog.regnamespace
        and c.relkind = 'r' and pg_catalog.obj_description(c.oid, 'pg_class') like '%{FROM_LOG}%'
    loop
        execute pg_catalog.format('drop table %s cascade', old);
    end loop;
end $$;

{chr(10).join(create(t) + chr(10) for t in tables)}
{views}
{grants}

create or replace function cpf.project_reset(new_version bigint default 0) returns void language plpgsql
set search_path = '' as $$
begin
    update cpf.projected set idx = -1, version = new_version, at = pg_catalog.clock_timestamp();
{deletes}
end $$;
comment on function cpf.project_reset is
    'Empties the projections. The daemon makes them again from the log, at its next entry or start.';

update cpf.projected set idx = -1, version = 0;
comment on table cpf.projected is 'One row: how far the projections go, changed together with them; {mark}';
commit;
"""


# ---- the statements ---------------------------------------------------------------


def heads(what, items):
    return "".join(f"-- {what}: {', '.join(items[i:i + 5])}\n" for i in range(0, len(items), 5)) or f"-- {what}: none\n"


def merged(t, name, merge):
    if t.appended:
        return f"{name} = excluded.{name}"
    if merge == "add":
        return f"{name} = {t.name}.{name} + excluded.{name}"
    first, second = ("excluded", t.name) if merge == "last" else (t.name, "excluded")
    return f"{name} = coalesce({first}.{name}, {second}.{name})"


def write_statement(t):
    columns = ", ".join(t.names())
    values = ", ".join(f"coalesce(u.{n}, 0)" if m == "add" else f"u.{n}{TYPES[k][2]}" for n, k, m, _ in t.columns)
    sets = ",\n    ".join(merged(t, n, m) for n, _, m, _ in t.columns if m != "key")
    says = "one that should not be there yet is replaced" if t.appended else "a null leaves what is there"
    return (f"-- Rows of cpf.{t.name}: {says}.\n"
            + heads("params", [f"${i} {n} {TYPES[k][1]}[]" for i, (n, k, _, _) in enumerate(t.columns, 1)])
            + heads("columns", [])
            + f"insert into cpf.{t.name} ({columns})\nselect {values}\n"
              f"from unnest({', '.join(f'${i + 1}' for i in range(len(t.columns)))})\n    as u ({columns})\n"
              f"on conflict ({', '.join(t.names('key'))}) do update set\n    {sets}\n")


def read_statement(t):
    order = f" order by {', '.join('t.' + n for n in t.names('key'))}" if t.appended else ""
    return (f"-- Every row of cpf.{t.name}{', in the order of the log' if t.appended else ''}.\n"
            + heads("params", [])
            + heads("columns", [f"{n} {TYPES[k][1]}" for n, k, _, _ in t.columns])
            + f"select {', '.join(f't.{n}{TYPES[k][3]}' for n, k, _, _ in t.columns)}\nfrom cpf.{t.name} t{order}\n")


def statements():
    """name -> text, of each table the one that writes rows and the one that reads them."""
    found = {}
    for t in read():
        found[f"follow_{t.name}"] = write_statement(t)
        found[f"audit_row_{t.name}"] = read_statement(t)
    return found


# ---- C ---------------------------------------------------------------------------


def c_list(tables):
    rows = " \\\n".join(f"    X({t.name.upper()}, {t.name})" for t in tables)
    ids = "".join(f"    VIEW_{t.name.upper()},\n" for t in tables)
    most = max(len(t.columns) for t in tables)
    return (f"/* Made by projections.py. */\n#pragma once\n#define VIEW_TABLE_LIST(X) \\\n{rows}\n"
            f"enum view_id {{\n{ids}    VIEW_TABLES\n}};\n#define VIEW_COLUMNS {most} /* most of one table */\n")


def c_table(tables):
    out = ['/* Made by projections.py. */\n#include "core/view/view.h"\n']
    for t in tables:
        rows = "".join(f'    {{"{n}", VIEW_{k.upper()}, VIEW_{m.upper()}}},\n' for n, k, m, _ in t.columns)
        out.append(f"static const struct view_column {t.name}[] = {{\n{rows}}};\n")
    rows = "".join(f'    {{"{t.name}", {str(t.appended).lower()}, sizeof({t.name}) / sizeof(*{t.name}), {t.name}}},\n'
                   for t in tables)
    return "\n".join(out) + f"\nconst struct view_table view_tables[VIEW_TABLES] = {{\n{rows}}};\n"


def put(path, text):
    path = pathlib.Path(path)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main(args):
    if args == ["sql"]:
        sys.stdout.buffer.write(sql(read()).encode())
    elif len(args) == 2 and args[0] == "statements":
        for name, text in statements().items():
            put(pathlib.Path(args[1], name + ".sql"), text)
    elif len(args) == 3 and args[0] == "c":
        put(args[1], c_list(read()))
        put(args[2], c_table(read()))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
