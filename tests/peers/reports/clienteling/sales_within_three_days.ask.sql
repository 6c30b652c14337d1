set tributary.param.clienteling.lookback = '3 days';
select * from clienteling.sales
