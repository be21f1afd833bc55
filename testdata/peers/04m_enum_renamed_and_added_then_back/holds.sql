select 'values' where (select string_agg(state::text, ' ' order by id) from s.jobs) <> 'started open';
