select 'values' where (select amount from shop.t) is distinct from 12.5;
