select 'values' where (select n || word from s.journal) is distinct from '1one';
