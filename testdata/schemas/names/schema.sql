-- Names that need care: quotes, dots, spaces, keywords, 63 bytes, emoji, letters of all sorts; the same name for many things.
\ir ../roles.sql
create schema "Sch""ema.; drop schema";
create schema "select";
create schema "🦀 é";
create schema same;
set search_path = "Sch""ema.; drop schema";
create type "Type 'x'" as enum ('a''b', 'c"d', 'e\f', '🦀', ' ', '--', '/*', '$$', '${x}');
create domain "Domain.x" as text constraint "Check ""x" check (value <> '--') constraint "$$" check (value <> '$$');
create sequence "Seq""uence";
create table "Ta""ble; drop" (
  "id" integer primary key default nextval('"Sch""ema.; drop schema"."Seq""uence"'), "Col""umn" text not null, "a.b" integer check ("a.b" > 0), "select" integer unique, "🦀" text, " " "Type 'x'" default 'a''b',
  "-- x" "Domain.x", "/* x */" integer, "$1" integer, "%s" integer, "{}" integer, "new
line" text, "	tab" text, "'" text, "\" text, "table" integer, "primary" text, "user" name, "ÄÖÜ" integer, "日本語" integer, "UPPER" integer, "1st" integer, "@at" integer,
  a23456789012345678901234567890123456789012345678901234567890123 integer,
  constraint "Con""straint; drop" check ("Col""umn" <> 'x'),
  unique ("🦀", "a.b"), foreign key ("select") references "Ta""ble; drop" ("select")
);
create index "In""dex; drop" on "Ta""ble; drop" ("Col""umn", ("a.b" + "$1"), (lower("🦀")));
create index on "Ta""ble; drop" ("日本語", "new
line");
create table t23456789012345678901234567890123456789012345678901234567890123 (c23456789012345678901234567890123456789012345678901234567890123 integer primary key, d23456789012345678901234567890123456789012345678901234567890123 serial unique references t23456789012345678901234567890123456789012345678901234567890123, check (c23456789012345678901234567890123456789012345678901234567890123 > 0));
create index on t23456789012345678901234567890123456789012345678901234567890123 (d23456789012345678901234567890123456789012345678901234567890123, c23456789012345678901234567890123456789012345678901234567890123);
create table "ééééééééééééééééééééééééééééééé" ("üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü" integer primary key, unique ("üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü"));
create view "Vi""ew; drop" as select "Col""umn" as "Out ""x", "🦀" as "select", "new
line" from "Ta""ble; drop" "Ali""as" where " " <> 'c"d';
create function "Func""tion; drop"("Ar""g" integer default 1, "select" text default '--') returns table ("Out ""x" integer, "🦀" text) language sql as $x$select 1, $$a$$ || '/*'$x$;
create trigger "Trig""ger" before update of "a.b" on "Ta""ble; drop" for each row when (new."a.b" > 0) execute function suppress_redundant_updates_trigger();
create policy "Pol""icy" on "Ta""ble; drop" to "Lp ""Role; drop", "select" using ("🦀" = '🦀');
create rule "Ru""le" as on delete to "Ta""ble; drop" do also select 1;
alter table "Ta""ble; drop" owner to "Lp ""Role; drop";
grant select ("a.b", "🦀") on "Ta""ble; drop" to "lp é 🦀", "select";
comment on table "Ta""ble; drop" is E'It''s -- "x" /* y */ $$z$$ ${W} \\ \n\t🦀 ---';
comment on column "Ta""ble; drop"."new
line" is E'--- first\n\n  third ';
comment on schema "🦀 é" is ' leading and trailing ';

create table "select"."table" ("select" integer, "from" integer, "where" integer, "type" integer, "index" integer, "constraint" integer, "check" integer, "default" integer, "column" integer, "owner" integer, "comment" integer, "grant" integer, "schema" integer, "null" integer, "not" integer, "references" integer, "unique" integer, "generated" integer, "identity" integer, "partition" integer, "policy" integer, "trigger" integer, "rule" integer, "row" integer, "options" integer, "with" integer, "extension" integer, "true" integer, "false" integer, "public" integer, "statistics" integer, "storage" integer, "compression" integer, "inherits" integer, "external" integer, "renamed_from" integer, "exclude" integer, "foreign" integer, "like" integer, "of" integer, "using" integer, "enable" integer, "force" integer, "cluster" integer, "replica" integer);
create type "select"."type" as ("select" integer, "type" text);
create type "select"."enum" as enum ('select', 'table');
create domain "select"."domain" as "select"."enum";
create function "select"."function"("select" integer, "in" integer, "out" text, "inout" text, "variadic" text, "default" text, "returns" text) returns "select"."type" language sql as 'select null::"select"."type"';
create view "select"."view" as select "select", "from" as "table" from "select"."table" as "where";
create table "select"."default" ("default" text default 'default' check ("default" <> 'check'));
create index "index" on "select"."table" ("select", "index" desc, "where");

-- one name for everything
create table same.same (same integer primary key, other integer constraint other check (other > 0));
create function same.same() returns integer language sql as 'select 1';
create function same.same(integer) returns integer language sql as 'select 1';
create procedure same.same(text) language sql as '';
create aggregate same.same(numeric) (sfunc = numeric_add, stype = numeric);
create collation same.same from "C";
create operator class same.same for type integer using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer);
create trigger same before insert on same.same for each row execute function suppress_redundant_updates_trigger();
create rule same as on delete to same.same do also select 1;
create policy same on same.same;
create statistics same.same on same, other from same.same;
create text search dictionary same.same (template = simple);
create text search configuration same.same (parser = "default");
create conversion same.same for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create publication same for table same.same;
create schema same_too;
create table same_too.same (id integer references same.same);
create type same_too.same_type as enum ('a');
create type same.same_type as enum ('b');
create table same.of_both (a same.same_type, b same_too.same_type, c same.same, d same_too.same);
create view same_too.v as select a.*, b.id from same.same a, same_too.same b;
create type public."Status" as enum ('A');
create type public.status as enum ('a');
create table public."Users" (id integer, s public."Status");
create table public.users (id integer, s public.status);
alter table same.of_both add s public.status, add "S" public."Status";
