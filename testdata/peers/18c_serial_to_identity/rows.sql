insert into s.t default values;
