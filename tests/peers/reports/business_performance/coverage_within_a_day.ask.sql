set tributary.param.business_performance.lookback = '24 hours';
select * from business_performance.coverage
