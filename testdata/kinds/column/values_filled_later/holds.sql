select 'not each row has its own values' from shop.t
having count(distinct token) < 2000 or count(distinct drawn) < 2000 or count(distinct "Näme""d") < 1000 or count(distinct number) < 2000 or count(distinct down) < 2000
    or count(distinct serial_number) < 2000 or min(number) <> 100 or max(number) <> 100 + 1999 * 10 or max(down) <> -1 or min(drawn) <> 7;
with one as (insert into shop.t (id) values (0) returning *)
select 'a new row has ' || number || ', ' || down || ', ' || serial_number from one where number <> 100 + 2000 * 10 or down <> -2001 or serial_number <> 2001 or token is null or drawn is null;
