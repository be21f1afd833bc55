select 'values' where (select sum(a) from shop.t) is distinct from 15;
