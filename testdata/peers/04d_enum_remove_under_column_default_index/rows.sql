insert into s.jobs (id, state, past) values (1, 'open', '{open,done}'), (2, 'done', '{}');
