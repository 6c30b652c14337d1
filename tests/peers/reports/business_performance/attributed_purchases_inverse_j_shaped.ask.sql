set tributary.param.business_performance.model = 'inverse_j_shaped';
set tributary.param.business_performance.lookback = '60 days';
select * from business_performance.attributed_purchases
