select 'values' where (select state::text from s.jobs) is distinct from 'busy';
