"""SQL that fills every table with a few rows, and psql's that counts them, or sums up what is in them."""

# Values by the type's category, 1 to 3, so that foreign keys find their rows; a table that takes none of it stays empty. Two rounds, since
# a table may need the rows of one that comes after it.
FILL = """
set search_path = '';
do $fill$
declare
  round int; n int; relation record; statement text;
begin
  for round in 1..2 loop
    for relation in
      select c.oid::regclass::text as name,
             string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
             string_agg(case
               when exists (select from pg_catalog.pg_enum e where e.enumtypid = b.oid)
                 then quote_literal((select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = b.oid order by e.enumsortorder limit 1))
               when b.typname in ('json', 'jsonb') then $$'{}'$$
               when b.typname = 'uuid' then $$('00000000-0000-4000-8000-00000000000' || {n})$$
               when b.typcategory = 'N' or b.typcategory = 'S' then $$'{n}'$$
               when b.typcategory = 'B' then $$'true'$$
               when b.typcategory = 'D' then $$'2024-01-0{n}'$$
               when b.typcategory = 'T' then $$'{n} days'$$
               when b.typcategory = 'A' then $$'{}'$$
               else 'null' end || '::' || pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) as values
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace s on s.oid = c.relnamespace
        left join (pg_catalog.pg_attribute a
                   join pg_catalog.pg_type t on t.oid = a.atttypid
                   join pg_catalog.pg_type b on b.oid = case t.typtype when 'd' then t.typbasetype else t.oid end)
          on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not a.atthasdef and a.attidentity = ''
       where c.relkind = 'r' and s.nspname !~ '^(pg_|information_schema|lockplane)'
       group by c.oid
    loop
      execute format('select count(*) from %s', relation.name) into n;
      continue when n > 0;
      for n in 1..3 loop
        statement := case when relation.columns is null then format('insert into %s default values', relation.name)
                          else format('insert into %s (%s) values (%s)', relation.name, relation.columns, replace(relation.values, '{n}', n::text)) end;
        begin
          execute statement;
        exception when others then null;
        end;
      end loop;
    end loop;
  end loop;
end $fill$;
"""

# Of each table its name, that of the table whose rows its own are in the end (a partition's root), its OID, and how many rows it has itself.
COUNT = """
select format('select %L, %L, %s, count(*) from only %I.%I', s.nspname || '.' || c.relname, coalesce(t.nspname || '.' || r.relname, s.nspname || '.' || c.relname), c.oid, s.nspname, c.relname)
  from pg_class c join pg_namespace s on s.oid = c.relnamespace
  left join (pg_class r join pg_namespace t on t.oid = r.relnamespace) on c.relispartition and r.oid = pg_partition_root(c.oid)
 where c.relkind = 'r' and s.nspname !~ '^(pg_|information_schema|lockplane)' \\gexec
"""

# Of each table its name and a sum of its rows' values by the columns' names, whatever their order.
SUMS = """
select format('select %L, coalesce(sum(hashtextextended((to_jsonb("_row") - %L::text[])::text, 0)::numeric), 0) from only %I.%I "_row"', s.nspname || '.' || c.relname,
              array(select a.attname from pg_attribute a where a.attrelid = c.oid and a.attgenerated <> ''), s.nspname, c.relname)
  from pg_class c join pg_namespace s on s.oid = c.relnamespace
 where c.relkind = 'r' and s.nspname !~ '^(pg_|information_schema|lockplane)' \\gexec
"""
