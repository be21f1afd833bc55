select 'values' where (select n || v from s.log) is distinct from '1one';
