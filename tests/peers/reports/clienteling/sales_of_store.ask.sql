set tributary.param.clienteling.store = 'store-boston';
select * from clienteling.sales
