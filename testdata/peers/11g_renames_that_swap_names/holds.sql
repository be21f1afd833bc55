select 'values' where (select b.y || b.x || a.x from s.a, s.b) is distinct from 'xyof b';
