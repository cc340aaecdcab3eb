-- Told by each step back: nothing is taken back while the log has an entry. Nobody writes one meanwhile.
lock table cpf.entry in access exclusive mode;
do $$
begin
    if exists (select from cpf.entry) then
        raise exception 'the log has entries: what keeps, proves and shows them is not taken back';
    end if;
end
$$;
