select 'names' where not ((select (id, two, three) = (1, 'first', 'second') from s.b where id = 1) and (select array_agg(kind::text order by id) = '{y,z}' from s.c));
