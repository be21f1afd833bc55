select 'values' where (select span::text from s.jobs) is distinct from '[open,done)';
