select 'values' where (select email || size from s.users join s.addresses using (email)) is distinct from 'a@b3';
