do $$ begin if not exists (select from pg_roles where rolname = 'lpt_production_only') then create role lpt_production_only; end if; end $$;
