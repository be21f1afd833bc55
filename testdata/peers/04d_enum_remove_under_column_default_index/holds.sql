select 'values' where (select array_agg(state::text || past::text order by id)::text from s.jobs) <> '{"open{open,done}","done{}"}';
