-- The entries of one group, in order, from index $1 on.
-- params: $1 first int8, $2 id uuid[], $3 stream text[], $4 sseq int8[], $5 kind text[], $6 at timestamptz[]
-- params: $7 body text[], $8 leaf bytea[]
-- columns: none
insert into cpf.entry (idx, id, stream, sseq, kind, at, body, leaf)
select $1 + u.n - 1, u.id, u.stream, u.sseq, u.kind, u.at, u.body, u.leaf
from unnest($2, $3, $4, $5, $6, $7, $8) with ordinality
    as u (id, stream, sseq, kind, at, body, leaf, n)
