set tributary.param.clienteling.store = 'store-boston';
set tributary.param.clienteling.store_role = 'activity';
select * from clienteling.sales
