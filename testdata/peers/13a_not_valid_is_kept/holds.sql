select conname from pg_constraint where conrelid = 's.t'::regclass and conname in ('positive', 'of_owner') and convalidated;
