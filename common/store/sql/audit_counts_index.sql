-- The same by each index, in its order (scan_by: SCAN_INDEX).
-- params: none
-- columns: entry_pkey int8, entry_id_key int8, entry_closing int8, entry_void int8, map_row_pkey int8, map_row_stream int8, checkpoint_pkey int8, tile_pkey int8, disclosure_pkey int8, cosignature_pkey int8, stamp_pkey int8
select
    (select count(*) from (select e.idx from cpf.entry e order by e.idx offset 0) k) as entry_pkey,
    (select count(*) from (select e.id from cpf.entry e where e.id is not null order by e.id offset 0) k) as entry_id_key,
    (select count(*) from (select e.stream from cpf.entry e
        where e.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
        order by e.stream, e.sseq desc offset 0) k) as entry_closing,
    (select count(*) from (select e.idx from cpf.entry e where e.body is null order by e.idx offset 0) k) as entry_void,
    (select count(*) from (select m.map from cpf.map_row m order by m.map, m.stream offset 0) k) as map_row_pkey,
    (select count(*) from (select m.map from cpf.map_row m order by m.stream, m.map offset 0) k) as map_row_stream,
    (select count(*) from (select c.size from cpf.checkpoint c order by c.size offset 0) k) as checkpoint_pkey,
    (select count(*) from (select t.n from cpf.tile t order by t.level, t.n offset 0) k) as tile_pkey,
    (select count(*) from (select d.idx from cpf.disclosure d order by d.idx, d.name offset 0) k) as disclosure_pkey,
    (select count(*) from (select c.size from cpf.cosignature c order by c.size, c.name, c.at offset 0) k) as cosignature_pkey,
    (select count(*) from (select s.size from cpf.stamp s order by s.size, s.at offset 0) k) as stamp_pkey
