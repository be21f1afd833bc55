select 'rows are lost' where (select count(*) from shop.log where n = 1 and v = 'v' and fresh = '') <> 1;
