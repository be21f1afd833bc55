-- CREATE STATISTICS, COMMENT, SECURITY LABEL.
\ir ../roles.sql
\ir ../versions.sql
create schema counted;
set search_path = counted;
create table t (a integer, b text, c numeric, d date, e integer[]);
create statistics t_a_b_stat on a, b from t;
create statistics dependencies (dependencies) on a, c from t;
create statistics kinds (ndistinct, mcv) on a, d, c from t;
create statistics only_mcv (mcv) on b, a from t;
\if :from_14
create statistics expressions on (a + 1), lower(b), d from t;
create statistics one_expression on (date_trunc('month', d::timestamp)) from t;
create statistics with_expressions (ndistinct, dependencies, mcv) on b, (c * 2), (a % 10) from t;
\endif
create statistics "Odd ""stats; drop" on a, d from t;
alter statistics kinds set statistics 0;
\if :from_14
alter statistics expressions set statistics 1000;
\endif
alter statistics kinds owner to lp_owner;
comment on statistics kinds is 'Kinds';
create schema elsewhere;
create statistics elsewhere.of_another on a, c from counted.t;
