select 'value' from s.jobs where state <> 'late';
