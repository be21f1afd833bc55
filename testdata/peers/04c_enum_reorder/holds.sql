select 'values' where (select array_agg(state order by state, id)::text from s.jobs) <> '{done,open,busy}'
union all select 'invalid' from pg_index where not indisvalid;
