select conname from pg_constraint where not convalidated;
