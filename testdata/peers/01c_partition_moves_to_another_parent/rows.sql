insert into shop.old values ('1', 1), ('2', 2);
