set tributary.param.clienteling.scope = 'all';
select * from clienteling.sales
