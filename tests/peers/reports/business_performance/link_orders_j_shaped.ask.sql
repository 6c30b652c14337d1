set tributary.param.business_performance.model = 'j_shaped';
set tributary.param.business_performance.lookback = '60 days';
select * from business_performance.link_orders
