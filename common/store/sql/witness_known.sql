-- What this witness cosigned last for a log.
-- params: $1 origin text
-- columns: size int8, note text
select w.size, w.note from cpf.witnessed w where w.origin = $1
