select indexrelid::regclass::text from pg_index where not indisvalid;
