set tributary.param.business_performance.model = 'time_decay';
set tributary.param.business_performance.lookback = '60 days';
select * from business_performance.attributed_purchases
