select 'values' from s.jobs where state::text <> 'busy';
