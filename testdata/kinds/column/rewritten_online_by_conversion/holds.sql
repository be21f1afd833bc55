select 't' from shop.t
 where limited <> 'l' || id or shorter <> 's' || id or feeling::text <> case id % 2 when 0 then 'ok' else 'sad' end or felt <> 'ok' or at <> timestamp '2024-01-01 12:00' + id * interval '1 hour'
    or amount <> id + 0.25 or tags <> format('{x%s,y}', id) or said is distinct from case when id % 3 = 0 then null else 2 * id end or moved <> '{"a": 1}' or found <> (id + 1) % 2;
