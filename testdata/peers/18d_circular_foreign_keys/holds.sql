select 'rows' where (select count(*) from s.kept join s.kept_too t on t.id = kept.other and t.other = kept.id) <> 1;
