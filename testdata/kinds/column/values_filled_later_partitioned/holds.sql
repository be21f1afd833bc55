select 'log' from shop.log having count(distinct token) < 600 or count(distinct number) < 600 or min(number) <> -5 or max(number) <> 594;
select 'parent' from shop.parent having count(distinct token) < 20;
