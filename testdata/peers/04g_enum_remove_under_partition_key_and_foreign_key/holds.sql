select 'values' where (select string_agg(state::text, ' ' order by id) from s.jobs) <> 'busy done'
union all select 'notes' where (select count(*) from s.notes join s.kinds using (state)) <> 1;
