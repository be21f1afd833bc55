insert into t values(1, row(1,2,'a')::c,array[row(2,null,'b')::c]); insert into u values ('(1,3,b)'); insert into w values (row(row(1,2,'x')::c,'n')::o);
