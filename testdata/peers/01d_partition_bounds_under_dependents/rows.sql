insert into shop.log values ('1', 1), ('2', 2);
insert into shop.notes values ('1', 1);
