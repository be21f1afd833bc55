select 'values' where (select array_agg(name || id order by id) from s.people) is distinct from '{a1,b2}';
