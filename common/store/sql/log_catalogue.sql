-- What guards the log, one line each, sorted: owners, columns, constraints, indexes, triggers, rules, functions,
-- grants (but SELECT) and the writer's powers. Compared with ../catalogue.txt at every start and audit.
-- params: none
-- columns: line text
with rel as (
    select c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.relpersistence, c.relrowsecurity
    from pg_catalog.pg_class c
    where c.relnamespace = 'cpf'::regnamespace
        and c.relname in ('log_head', 'entry', 'tile', 'checkpoint', 'disclosure', 'credential', 'map_row', 'cosignature',
            'stamp', 'witnessed')
), fun as (
    select p.* from pg_catalog.pg_proc p
    where p.pronamespace = 'cpf'::regnamespace and p.proname in ('log_swap', 'log_keep', 'forget', 'witnessed_grow')
), line (line) as (
    select pg_catalog.format('table %s kind %s owner %s persistence %s row security %s', relname, relkind,
        pg_catalog.pg_get_userbyid(relowner), relpersistence, relrowsecurity) from rel
    union all
    select pg_catalog.format('column %s.%s %s not null %s default %s identity %s', relname, a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
        coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '-'), coalesce(nullif(a.attidentity::text, ''), '-'))
    from rel join pg_catalog.pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    union all
    select pg_catalog.format('constraint %s %s valid %s', relname, pg_catalog.pg_get_constraintdef(k.oid), k.convalidated)
    from rel join pg_catalog.pg_constraint k on k.conrelid = rel.oid
    union all
    select pg_catalog.format('index %s valid %s', pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid)
    from rel join pg_catalog.pg_index i on i.indrelid = rel.oid
    union all
    select pg_catalog.format('trigger %s %s enabled %s', relname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)
    from rel join pg_catalog.pg_trigger t on t.tgrelid = rel.oid and not t.tgisinternal
    union all
    select pg_catalog.format('rule %s %s', relname, r.rulename)
    from rel join pg_catalog.pg_rewrite r on r.ev_class = rel.oid
    union all
    select pg_catalog.format('heir of %s %s', relname, h.inhrelid::regclass)
    from rel join pg_catalog.pg_inherits h on h.inhparent = rel.oid
    union all
    select pg_catalog.format('function %s owner %s definer %s config %s source %s', f.oid::regprocedure,
        pg_catalog.pg_get_userbyid(f.proowner), f.prosecdef, coalesce(f.proconfig::text, '-'),
        pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(f.prosrc, 'UTF8')), 'hex')) from fun f
    union all
    select pg_catalog.format('grant %s on %s to %s', x.privilege_type, relname,
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from rel cross join lateral
        pg_catalog.aclexplode(coalesce(relacl, pg_catalog.acldefault('r', relowner))) x
    where x.grantee <> relowner and x.privilege_type <> 'SELECT'
    union all
    select pg_catalog.format('grant %s on %s.%s to %s', x.privilege_type, relname, a.attname,
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from rel join pg_catalog.pg_attribute a on a.attrelid = rel.oid cross join lateral pg_catalog.aclexplode(a.attacl) x
    where x.privilege_type <> 'SELECT'
    union all
    select pg_catalog.format('grant %s on %s to %s', x.privilege_type, f.oid::regprocedure,
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from fun f cross join lateral pg_catalog.aclexplode(coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))) x
    where f.proname in ('log_swap', 'forget') and x.grantee <> f.proowner
    union all
    select pg_catalog.format('schema cpf owner %s', pg_catalog.pg_get_userbyid(n.nspowner))
    from pg_catalog.pg_namespace n where n.nspname = 'cpf'
    union all
    select pg_catalog.format('grant CREATE on schema cpf to %s',
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end)
    from pg_catalog.pg_namespace n cross join lateral pg_catalog.aclexplode(n.nspacl) x
    where n.nspname = 'cpf' and x.privilege_type = 'CREATE' and x.grantee <> n.nspowner
    union all
    select pg_catalog.format('role %s superuser %s createrole %s bypassrls %s replication %s', r.rolname, r.rolsuper,
        r.rolcreaterole, r.rolbypassrls, r.rolreplication)
    from pg_catalog.pg_roles r where r.rolname in ('cpf_writer', 'cpf_reader', 'cpf_owner', 'cpf_redactor')
    union all
    select pg_catalog.format('member %s of %s', pg_catalog.pg_get_userbyid(m.member),
        pg_catalog.pg_get_userbyid(m.roleid))
    from pg_catalog.pg_auth_members m
    where m.member in (select r.oid from pg_catalog.pg_roles r where r.rolname in ('cpf_writer', 'cpf_reader'))
        or m.roleid in (select r.oid from pg_catalog.pg_roles r where r.rolname = 'cpf_redactor')
)
select line from line order by line collate "C"
