set tributary.param.clienteling.store = 'store-boston';
set tributary.param.clienteling.store_role = 'client';
select * from clienteling.sales
