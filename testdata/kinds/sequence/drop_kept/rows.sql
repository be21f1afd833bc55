select nextval('shop.numbers'), nextval('shop.numbers'), nextval('shop.other');
