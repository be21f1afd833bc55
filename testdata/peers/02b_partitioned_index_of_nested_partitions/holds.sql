select indexrelid::regclass || ' is invalid' from pg_index where not indisvalid or not indisready
union all
select 'leaf without its index' where (select count(*) from pg_partition_tree('shop.events_by_n') where isleaf) <> 3
union all
select 'leaf without its key' where (select count(*) from pg_partition_tree('shop.events_n_v_key') where isleaf) <> 3;
