insert into s.parent values ('a'), ('c'); insert into s.child values ('c', 'x');
