-- People's sealed PINs and keys, with the entries that name their digests. Append-only; of one person the key right behind the PIN.
-- params: $1 person text[], $2 kind text[], $3 sealed text[]
-- columns: none
insert into cpf.credential (person, kind, sealed)
select u.person, u.kind, u.sealed from unnest($1, $2, $3) with ordinality as u (person, kind, sealed, n) order by u.n
