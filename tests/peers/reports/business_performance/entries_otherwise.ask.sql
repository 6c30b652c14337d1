set tributary.param.business_performance.creators = 'api';
set tributary.param.business_performance.basis = 'event_time';
set tributary.param.business_performance.model = 'linear';
set tributary.param.business_performance.lookback = '24 hours';
select * from business_performance.entries
