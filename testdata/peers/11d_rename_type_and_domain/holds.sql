select 'values' where (select (p).first || w from s.t) is distinct from '1w';
