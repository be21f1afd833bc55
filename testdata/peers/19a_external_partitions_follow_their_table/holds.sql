select 'rows are lost' where (select array_agg(n || v order by n) from shop.log) is distinct from '{1one,11a,21c}'
union all select indexrelid::regclass || ' is invalid' from pg_index where not indisvalid
union all select inhrelid::regclass || ' lacks its part of log_at_n' from pg_inherits where inhparent = 'shop.log'::regclass
    and not exists (select from pg_index i join pg_inherits h on h.inhrelid = i.indexrelid where i.indrelid = pg_inherits.inhrelid and h.inhparent = 'shop.log_at_n'::regclass)
union all select inhrelid::regclass || ' lacks the column' from pg_inherits where inhparent = 'shop.log'::regclass
    and not exists (select from pg_attribute where attrelid = inhrelid and attname = 'note' and attnotnull);
