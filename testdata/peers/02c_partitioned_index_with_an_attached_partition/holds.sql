select indexrelid::regclass || ' is invalid' from pg_index where not indisvalid or not indisready
union all
select i.indexrelid::regclass || ' lacks children' from pg_index i
 where i.indrelid = 'shop.events'::regclass and (select count(*) from pg_inherits where inhparent = i.indexrelid) <> 2;
