select 'rows are lost' where (select array_agg(v || n order by n) from shop.new) is distinct from '{11,22}';
