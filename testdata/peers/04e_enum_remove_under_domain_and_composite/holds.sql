select 'values' where (select state::text || ((last).state)::text from s.jobs) <> 'busydone';
