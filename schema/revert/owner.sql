-- Revert cpf:owner from pg
begin;
\ir guard/empty.sql
set local search_path = '';
set local role cpf_owner;

-- Views and functions over a column stand in the way of its change: remembered, dropped, and made again as they were.
do $$
declare
    views text[];
    tells text[];
    words text[];
    c record;
begin
    select pg_catalog.array_agg(pg_catalog.format('create view cpf.%I as %s', v.relname, pg_catalog.pg_get_viewdef(v.oid))
        order by v.oid) into views
    from pg_catalog.pg_class v where v.relnamespace = 'cpf'::pg_catalog.regnamespace and v.relkind = 'v';
    select pg_catalog.array_agg(pg_catalog.pg_get_functiondef(f.oid) order by f.oid) into tells
    from pg_catalog.pg_proc f where f.pronamespace = 'cpf'::pg_catalog.regnamespace and f.proname = 'tell';
    -- what each says it is, and who may read it
    select pg_catalog.array_agg(w.line) into words from (
        select pg_catalog.format('comment on %s cpf.%I%s is %L', case d.objsubid when 0 then 'view' else 'column' end,
            v.relname, '.' || pg_catalog.quote_ident(a.attname), d.description) as line
        from pg_catalog.pg_class v
        join pg_catalog.pg_description d on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = v.oid
        left join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attnum = d.objsubid and d.objsubid > 0
        where v.relnamespace = 'cpf'::pg_catalog.regnamespace and v.relkind = 'v'
        union all
        select pg_catalog.format('grant %s on cpf.%I to %I', x.privilege_type, v.relname, pg_catalog.pg_get_userbyid(x.grantee))
        from pg_catalog.pg_class v cross join lateral pg_catalog.aclexplode(v.relacl) x
        where v.relnamespace = 'cpf'::pg_catalog.regnamespace and v.relkind = 'v' and x.grantee <> v.relowner
        union all
        select pg_catalog.format('comment on function %s is %L', f.oid::pg_catalog.regprocedure, d.description)
        from pg_catalog.pg_proc f
        join pg_catalog.pg_description d on d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objoid = f.oid
        where f.pronamespace = 'cpf'::pg_catalog.regnamespace and f.proname = 'tell'
        union all
        select pg_catalog.format('grant execute on function %s to %I', f.oid::pg_catalog.regprocedure,
            pg_catalog.pg_get_userbyid(x.grantee))
        from pg_catalog.pg_proc f cross join lateral pg_catalog.aclexplode(f.proacl) x
        where f.pronamespace = 'cpf'::pg_catalog.regnamespace and f.proname = 'tell' and x.grantee not in (f.proowner, 0)
        ) w;
    for c in select v.relname from pg_catalog.pg_class v
        where v.relnamespace = 'cpf'::pg_catalog.regnamespace and v.relkind = 'v' order by v.oid desc loop
        execute pg_catalog.format('drop view if exists cpf.%I cascade', c.relname);
    end loop;
    for c in select distinct t.relname, a.attname
        from pg_catalog.pg_class t
        join pg_catalog.pg_index i on i.indrelid = t.oid
        join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = any (i.indkey)
        where t.relnamespace = 'cpf'::pg_catalog.regnamespace and a.atttypid = 'text'::pg_catalog.regtype
        order by 1, 2 loop
        execute pg_catalog.format('alter table cpf.%I alter column %I type text collate pg_catalog.%I', c.relname, c.attname, 'default');
    end loop;
    for n in 1 .. pg_catalog.array_length(views, 1) loop
        execute views[n];
    end loop;
    for n in 1 .. pg_catalog.array_length(tells, 1) loop
        execute tells[n];
    end loop;
    for n in 1 .. pg_catalog.array_length(words, 1) loop
        execute words[n];
    end loop;
end $$;

create or replace view cpf.schema_version as select 2 as version;

alter function cpf.log_swap(bigint, bigint, bigint, bytea, text) reset search_path;
alter function cpf.log_keep() reset search_path;
alter function cpf.witnessed_grow() reset search_path;
alter function cpf.project_to(bigint, bigint) reset search_path;
alter function cpf.project_reset(bigint) reset search_path;

reset role;

commit;
