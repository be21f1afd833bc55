select 't' from shop.t having count(*) <> 100 or sum(n) <> 5050;
