select 'lost '||count(*) from shop.log having count(*)<>1000
