select 'rows are lost' where (select array_agg(n || v order by n) from shop.log) is distinct from '{1one,9nine,15fifteen}';
