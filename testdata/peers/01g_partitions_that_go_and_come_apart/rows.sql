insert into shop.log values ('2023-05-05'), ('2024-05-05');
