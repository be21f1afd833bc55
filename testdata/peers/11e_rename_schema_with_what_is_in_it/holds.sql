select 'values' where (select count(*) from store.users join other.t on u = id) <> 1;
