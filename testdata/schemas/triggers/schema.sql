-- CREATE TRIGGER, EVENT TRIGGER, POLICY.
\ir ../roles.sql
create schema triggers;
set search_path = triggers;
create table target (id integer primary key, name text, "Odd ""column" integer, parent integer references target);
create function noted() returns trigger language plpgsql as 'begin return new; end';
create function "Noted; too"() returns trigger language plpgsql as 'begin return null; end';
create trigger before_row before insert on target for each row execute function noted();
create trigger after_statement after insert or update or delete or truncate on target execute procedure "Noted; too"();
create trigger before_truncate before truncate on target for each statement execute function noted();
create trigger of_columns before update of name, "Odd ""column" on target for each row execute function noted();
create trigger with_when after update on target for each row when (old.* is distinct from new.* and new.name <> 'it''s \ ') execute function noted();
create trigger with_statement_when before insert on target when (current_user <> 'x') execute function noted();
create trigger arguments after insert on target for each row execute function noted('a', 'it''s', 5, '', '\x', 'ünï 🦀');
create trigger new_rows after insert on target referencing new table as "New rows" for each statement execute function noted();
create trigger old_and_new after update on target referencing old table as o new table as n for each row execute function noted();
create trigger old_rows after delete on target referencing old table as gone execute function noted();
create constraint trigger plain_constraint after insert on target for each row execute function noted();
create constraint trigger deferred after insert or update of name on target from target deferrable initially deferred for each row when (new.id > 0) execute function noted('x');
create constraint trigger deferrable_one after delete on target deferrable for each row execute function noted();
create trigger "Odd ""name; drop" before delete on target for each row execute function noted();
alter table target disable trigger before_row, enable replica trigger of_columns, enable always trigger with_when;
comment on trigger arguments on target is 'it''s';

create function happened() returns event_trigger language plpgsql as 'begin end';
create event trigger on_start on ddl_command_start execute function happened();
create event trigger on_end on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE', 'DROP FUNCTION') execute function happened();
create event trigger on_drop on sql_drop execute procedure happened();
create event trigger on_rewrite on table_rewrite when tag in ('ALTER TABLE', 'ALTER TYPE') execute function happened();
alter event trigger on_start disable;
alter event trigger on_end enable replica;
alter event trigger on_drop enable always;
comment on event trigger on_end is 'End';

create table guarded (id integer, owner name default current_user, name text);
alter table guarded enable row level security, force row level security;
create table enabled_only (id integer);
alter table enabled_only enable row level security;
create policy plain on guarded;
create policy for_all on guarded as permissive for all to public using (true) with check (true);
create policy reading on guarded for select to lp_reader, lp_app, "Lp ""Role; drop" using (owner = current_user);
create policy inserting on guarded as restrictive for insert to lp_app with check (id > 0 and name <> 'it''s');
create policy updating on guarded for update using (exists (select from target where target.id = guarded.id)) with check (id < (select max(t.id) from target t));
create policy deleting on guarded for delete to current_user, session_user using (false);
create policy "Odd ""policy; drop" on guarded using (name ~ '\\');
comment on policy plain on guarded is 'Plain';
