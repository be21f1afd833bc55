insert into shop.prices values (1, 1.2345, '2024-01-01 10:00:00.123456', 0.1, 'one'), (2, 2.25, null, null, null), (3, 0, '2024-01-01 10:00:00', 1e40 / 1e10, 'three');
