insert into c1 values (1, 1); insert into d1 values (1, 1);
insert into c2 values (1, 1); insert into d2 values (1, 1);
insert into c3 values (1, 1); insert into d3 values (1, 1);
insert into c5 values (1, 1); insert into d5 values (1, 1);
insert into c6 values (1, 1); insert into d6 values (1, 1);
