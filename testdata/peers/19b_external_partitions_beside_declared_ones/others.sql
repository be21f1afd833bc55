create schema if not exists shop;
create table shop.log (n integer not null, v text) partition by range (n);
create table shop.log_7 partition of shop.log for values from (70) to (80);
alter table shop.log_7 add check (v <> 'seven');
create table shop.plain_6 (n integer not null, v text) partition by list (v);
alter table shop.log attach partition shop.plain_6 for values from (60) to (70);
create table shop.plain_6_a partition of shop.plain_6 for values in ('a');
