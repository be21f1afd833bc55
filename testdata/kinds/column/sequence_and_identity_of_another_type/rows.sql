insert into a (k, v) overriding system value values (1, 1), (2, 2);
insert into b (k, v) overriding system value values (1, 1), (2, 2);
insert into c (k, v) overriding system value values (1, 1), (2, 2);
insert into d (k, v) overriding system value values (1, 1), (2, 2);
insert into e (k, v) overriding system value values (1, 1), (2, 2);
insert into f (k, v) overriding system value values (1, 1), (2, 2);
