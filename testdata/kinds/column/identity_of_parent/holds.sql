select 'parts' from s.parts having count(distinct id) < 20 or min(id) <> 10 or max(id) <> 200;
select 'parent' from (select id from only s.parent union all select id from only s.child) x having count(distinct id) < 10 or max(id) <> -7 or min(id) <> -16;
select 'heir' from s."Ta""ble; drop" having count(distinct "Id ""x""") < 10 or min("Id ""x""") <> 1 or max("Id ""x""") <> 10;
