select 'values' where (select state::text || past::text || l::text from s.jobs) <> 'done{open}open';
