select 'notes' where (select count(*) from s.notes join s.kinds using (state)) <> 1;
