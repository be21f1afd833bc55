select 'rows are lost' where (select count(*) || ' ' || sum(id) || ' ' || max(at) from shop.log) is distinct from '30 465 2020-01-19';
