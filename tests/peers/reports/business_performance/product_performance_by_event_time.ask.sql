set tributary.param.business_performance.basis = 'event_time';
set tributary.param.business_performance.model = 'linear';
select * from business_performance.product_performance
