select 'values' where (select id || '.' || a || '.' || b || note from shop.t) is distinct from '1.7.14x';
