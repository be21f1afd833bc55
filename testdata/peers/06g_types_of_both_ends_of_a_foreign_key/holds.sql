select 'things' where (select count(*) from s.owners join s.things on owner = owners.id where owners.id::text = '5b7d5a0e-5c33-4f43-9e6c-0b6a3a0f2c11') <> 1;
