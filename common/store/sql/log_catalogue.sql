-- What guards the log and what shows it to people, one line each, sorted: owners, columns, constraints, indexes,
-- triggers, rules, policies, views, functions, grants (but SELECT), roles, memberships, settings and default
-- privileges. Compared with ../catalogue.txt at every start and audit. Words of definitions are those of PostgreSQL 15.
-- Of the projections, which are made from a description and compared with the log, only what could make them lie.
-- params: none
-- columns: line text
with rel as (
    select c.*, c.relkind = 'r' and coalesce(pg_catalog.obj_description(c.oid, 'pg_class')
        like '%Made from the log, not evidence.%', false) as made
    from pg_catalog.pg_class c
    where c.relnamespace = 'cpf'::regnamespace and c.relkind not in ('i', 'I', 't', 'c')
), fun as (
    select p.* from pg_catalog.pg_proc p where p.pronamespace = 'cpf'::regnamespace
), ours as (
    select r.* from pg_catalog.pg_roles r
    where r.rolname in ('cpf_writer', 'cpf_reader', 'cpf_owner', 'cpf_redactor')
), told (what, words) as (
    select 'view ' || relname, pg_catalog.pg_get_viewdef(oid) from rel where relkind in ('v', 'm')
    union all
    select pg_catalog.format('function %s', oid::regprocedure), pg_catalog.pg_get_functiondef(oid) from fun where prosqlbody is not null
), line (line) as (
    select pg_catalog.format('table %s kind %s owner %s persistence %s row security %s forced %s options %s', relname, relkind,
        pg_catalog.pg_get_userbyid(relowner), relpersistence, relrowsecurity, relforcerowsecurity,
        coalesce(case when relkind = 'v' then reloptions::text end, '-'))
    from rel
    where not made or relowner <> 'cpf_owner'::regrole or relpersistence <> 'p' or relrowsecurity or relforcerowsecurity
    union all
    select pg_catalog.format('column %s.%s %s collation %s not null %s default %s identity %s', relname, a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod), coalesce(l.collname, '-'), a.attnotnull,
        coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '-'), coalesce(nullif(a.attidentity::text, ''), '-'))
    from rel join pg_catalog.pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        left join pg_catalog.pg_collation l on l.oid = a.attcollation
    where relkind not in ('v', 'S') and not made
    union all
    select pg_catalog.format('constraint %s %s valid %s', relname, pg_catalog.pg_get_constraintdef(k.oid), k.convalidated)
    from rel join pg_catalog.pg_constraint k on k.conrelid = rel.oid
    where not made
    union all
    select pg_catalog.format('index %s valid %s ready %s live %s', pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid,
        i.indisready, i.indislive)
    from rel join pg_catalog.pg_index i on i.indrelid = rel.oid
    where not made or not (i.indisvalid and i.indisready and i.indislive)
    union all
    select pg_catalog.format('trigger %s %s enabled %s', relname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)
    from rel join pg_catalog.pg_trigger t on t.tgrelid = rel.oid and not t.tgisinternal
    union all
    select pg_catalog.format('rule %s %s enabled %s', relname, r.rulename, r.ev_enabled)
    from rel join pg_catalog.pg_rewrite r on r.ev_class = rel.oid
    where relkind not in ('v', 'm') or r.rulename <> '_RETURN' or r.ev_enabled <> 'O'
    union all
    select pg_catalog.format('policy %s %s for %s using %s', relname, p.polname, p.polcmd,
        coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '-'))
    from rel join pg_catalog.pg_policy p on p.polrelid = rel.oid
    union all
    select pg_catalog.format('heir of %s %s', relname, h.inhrelid::regclass)
    from rel join pg_catalog.pg_inherits h on h.inhparent = rel.oid
    union all
    select case when pg_catalog.current_setting('server_version_num')::int / 10000 = 15
        then pg_catalog.format('words of %s %s', what, pg_catalog.encode(pg_catalog.sha256(
            pg_catalog.convert_to(words, 'UTF8')), 'hex'))
        else 'words not compared: PostgreSQL ' || pg_catalog.current_setting('server_version_num') end
    from told
    union all
    select pg_catalog.format('function %s owner %s definer %s kind %s config %s source %s', f.oid::regprocedure,
        pg_catalog.pg_get_userbyid(f.proowner), f.prosecdef, f.prokind, coalesce(f.proconfig::text, '-'),
        case f.proname when 'project_reset' then 'made' else
            pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(f.prosrc, 'UTF8')), 'hex') end) from fun f
    union all
    select pg_catalog.format('grant %s on %s to %s', x.privilege_type, relname,
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from rel cross join lateral
        pg_catalog.aclexplode(coalesce(relacl, pg_catalog.acldefault(case relkind when 'S' then 's' else 'r' end::"char",
            relowner))) x
    where x.grantee <> relowner and x.privilege_type <> 'SELECT' and not (made and x.grantee = 'cpf_writer'::regrole)
    union all
    select pg_catalog.format('grant %s on %s.%s to %s', x.privilege_type, relname, a.attname,
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from rel join pg_catalog.pg_attribute a on a.attrelid = rel.oid cross join lateral pg_catalog.aclexplode(a.attacl) x
    where x.privilege_type <> 'SELECT'
    union all
    select pg_catalog.format('grant %s on %s to %s', x.privilege_type, f.oid::regprocedure,
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from fun f cross join lateral pg_catalog.aclexplode(coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))) x
    where x.grantee <> f.proowner
    union all
    select pg_catalog.format('schema cpf owner %s', pg_catalog.pg_get_userbyid(n.nspowner))
    from pg_catalog.pg_namespace n where n.nspname = 'cpf'
    union all
    select pg_catalog.format('grant CREATE on schema cpf to %s',
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from pg_catalog.pg_namespace n cross join lateral pg_catalog.aclexplode(n.nspacl) x
    where n.nspname = 'cpf' and x.privilege_type = 'CREATE' and x.grantee <> n.nspowner
    union all
    select pg_catalog.format('default privilege of %s on %s: %s', pg_catalog.pg_get_userbyid(d.defaclrole), d.defaclobjtype,
        d.defaclacl)
    from pg_catalog.pg_default_acl d
    where d.defaclnamespace = 'cpf'::regnamespace or d.defaclrole in (select oid from ours)
    union all
    select pg_catalog.format('role %s superuser %s createrole %s bypassrls %s replication %s login %s', r.rolname, r.rolsuper,
        r.rolcreaterole, r.rolbypassrls, r.rolreplication, r.rolcanlogin)
    from ours r
    union all
    select pg_catalog.format('member %s of %s', pg_catalog.pg_get_userbyid(m.member), g.rolname)
    from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
    where m.member in (select oid from ours)
        or g.rolname in ('cpf_owner', 'cpf_writer', 'cpf_redactor', 'pg_write_all_data', 'pg_write_server_files',
            'pg_execute_server_program')
    union all
    -- settings that can bend what a statement means, what only times, plans or logs it is the administrator's
    select pg_catalog.format('setting %s of role %s in database %s', c.word,
        case s.setrole when 0 then 'any' else pg_catalog.pg_get_userbyid(s.setrole)::text end,
        case s.setdatabase when 0 then 'any' else 'this' end)
    from pg_catalog.pg_db_role_setting s cross join lateral pg_catalog.unnest(s.setconfig) c (word)
    where s.setdatabase in (0, (select b.oid from pg_catalog.pg_database b where b.datname = pg_catalog.current_database()))
        and (s.setrole = 0 or s.setrole in (select oid from ours))
        and c.word !~ '^(log_|auto_explain\.|pg_stat_statements\.|statement_timeout=|lock_timeout=|idle_|work_mem=|maintenance_|temp_|effective_|random_page_cost=|seq_page_cost=|cpu_|timezone=|TimeZone=|DateStyle=|IntervalStyle=|lc_|client_min_messages=|tcp_|max_parallel_|parallel_|jit|enable_)'
    union all
    select pg_catalog.format('operator %s in cpf', o.oid::regoperator)
    from pg_catalog.pg_operator o where o.oprnamespace = 'cpf'::regnamespace
    union all
    select pg_catalog.format('stranger in pg_catalog: %s', pg_catalog.pg_describe_object(x.classid, x.objid, 0))
    from (
        select 'pg_catalog.pg_proc'::regclass as classid, p.oid as objid from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.oid >= 16384
        union all
        select 'pg_catalog.pg_operator'::regclass, o.oid from pg_catalog.pg_operator o
        where o.oprnamespace = 'pg_catalog'::regnamespace and o.oid >= 16384
        union all
        select 'pg_catalog.pg_class'::regclass, c.oid from pg_catalog.pg_class c
        where c.relnamespace = 'pg_catalog'::regnamespace and c.oid >= 16384) x
    where not exists (select from pg_catalog.pg_depend d
        where d.classid = x.classid and d.objid = x.objid and d.deptype = 'e')
)
select distinct line collate "C" as line from line order by 1
