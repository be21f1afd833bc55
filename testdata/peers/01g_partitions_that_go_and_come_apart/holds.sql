select 'the old ones should be gone' where (select count(*) from shop.log) <> 1;
