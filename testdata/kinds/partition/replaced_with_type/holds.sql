select 'rows changed' where (select array_agg((k, m, z)::text order by k, m) from s.p) <> array['(1,b,s)', '(2,c,m)', '(2,,)'];
