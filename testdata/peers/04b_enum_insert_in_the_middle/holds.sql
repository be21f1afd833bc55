select 'order' where enum_range(null::s.status)::text <> '{open,started,waiting,done}';
