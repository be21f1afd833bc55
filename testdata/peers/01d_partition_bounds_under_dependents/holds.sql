select 'rows are lost' where (select count(*) from shop.log join shop.notes using (v, n)) <> 1;
