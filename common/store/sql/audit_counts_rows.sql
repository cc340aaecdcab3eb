-- How many rows there are of what each index holds, by reading every row (scan_by: SCAN_ROWS).
-- params: none
-- columns: entry_pkey int8, entry_id_key int8, entry_closing int8, entry_void int8, map_row_pkey int8, map_row_stream int8, checkpoint_pkey int8, tile_pkey int8, disclosure_pkey int8, cosignature_pkey int8, stamp_pkey int8
select e.*, m.n as map_row_pkey, m.n as map_row_stream,
    (select count(*) from cpf.checkpoint) as checkpoint_pkey,
    (select count(*) from cpf.tile) as tile_pkey,
    (select count(*) from cpf.disclosure) as disclosure_pkey,
    (select count(*) from cpf.cosignature) as cosignature_pkey,
    (select count(*) from cpf.stamp) as stamp_pkey
from (
    select count(*) as entry_pkey, count(x.id) as entry_id_key,
        count(*) filter (where x.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')) as entry_closing,
        count(*) filter (where x.body is null) as entry_void
    from cpf.entry x) e
cross join (select count(*) as n from cpf.map_row) m
