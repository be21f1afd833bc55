insert into shop.t select n, 'l' || n, 's' || n, case n % 2 when 0 then 'ok' else 'sad' end, 'ok', timestamp '2024-01-01 12:00' + n * interval '1 hour', n + 0.25, array['x' || n, 'y'],
    case when n % 3 = 0 then 'none' else repeat('z', n) end, '{"a": 1}', n % 2 = 0 from generate_series(1, 300) n;
