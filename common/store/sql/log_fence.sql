-- The fence: raises the epoch, waits for a transaction that holds the head and dooms one that does not.
-- Makes the head of a log that does not exist yet.
-- params: $1 origin text
-- columns: origin text, epoch int8, size int8, root bytea, note text
insert into cpf.log_head as h (origin, epoch, size, root, note)
values ($1, 1, 0, pg_catalog.sha256(''::bytea), '')
on conflict (one) do update set epoch = h.epoch + 1
returning h.origin, h.epoch, h.size, h.root, h.note
