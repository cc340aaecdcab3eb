-- Deploy cpf:roles to pg
-- Roles belong to the whole cluster: they are made once and shared by the databases in it.
-- cpf_owner owns everything and logs in nowhere; cpfd is cpf_writer; people and reports are cpf_reader.
begin;

do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'cpf_owner') then
        create role cpf_owner nologin;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'cpf_writer') then
        create role cpf_writer login;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'cpf_reader') then
        create role cpf_reader login;
    end if;
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'this database is %, not UTF8: the log hashes UTF-8 bytes',
            current_setting('server_encoding');
    end if;
end $$;

create schema cpf authorization cpf_owner;
comment on schema cpf is
    'The tamper-evident log of one cell processing facility, and views of it. One facility, one log, one database.';
grant usage on schema cpf to cpf_writer, cpf_reader;

commit;
