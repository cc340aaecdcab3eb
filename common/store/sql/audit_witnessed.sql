-- What this facility cosigned of other logs.
-- params: none
-- columns: origin text, vkey text, size int8, note text
select w.origin, w.vkey, w.size, w.note from cpf.witnessed w order by w.origin
