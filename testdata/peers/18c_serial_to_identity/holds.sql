select 'rows' where (select count(*) from s.t) <> 1;
