insert into s.owners values ('5b7d5a0e-5c33-4f43-9e6c-0b6a3a0f2c11');
insert into s.things values (1, '5b7d5a0e-5c33-4f43-9e6c-0b6a3a0f2c11'), (2, null);
