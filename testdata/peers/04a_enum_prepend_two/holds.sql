select 'order is ' || string_agg(v::text, ' ') from (select v from unnest(enum_range(null::s.status)) v order by v) o having string_agg(v::text, ' ') <> 'draft planned open done';
