insert into shop.users (k) values ('b');
insert into other.t values (1);
