-- Before the fold: index scans in memory, without the compiler's half second, whatever the statistics say.
-- params: none
-- columns: jit text, bitmapscan text, work_mem text
select pg_catalog.set_config('jit', 'off', true) as jit,
    pg_catalog.set_config('enable_bitmapscan', 'off', true) as bitmapscan,
    pg_catalog.set_config('work_mem', '64MB', true) as work_mem
