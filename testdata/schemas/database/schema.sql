-- What is said of the database itself, and of roles in it.
\ir ../roles.sql
select format('comment on database %I is %L', current_database(), 'it''s "a" database 🦀') \gexec
select format('alter database %I owner to lp_owner', current_database()) \gexec
select format('alter database %I set work_mem = %L', current_database(), '16MB') \gexec
select format('alter database %I set search_path = public, "Odd ""x"', current_database()) \gexec
select format('alter database %I set default_text_search_config = %L', current_database(), 'pg_catalog.simple') \gexec
select format('alter database %I connection limit 50', current_database()) \gexec
select format('alter role lp_app in database %I set statement_timeout = %L', current_database(), '5s') \gexec
select format('alter role "Lp ""Role; drop" in database %I set search_path = "$user", public', current_database()) \gexec
select format('grant connect, temporary on database %I to lp_app with grant option', current_database()) \gexec
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant create on database %I to "Lp ""Role; drop"', current_database()) \gexec
comment on schema public is 'own comment';
alter schema public owner to lp_owner;
