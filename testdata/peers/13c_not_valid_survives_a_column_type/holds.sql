select 'rows' where (select count(*) from s.t) <> 2
union all select conname from pg_constraint where conname = 'positive' and convalidated;
