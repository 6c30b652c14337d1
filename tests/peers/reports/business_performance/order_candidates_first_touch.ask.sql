set tributary.param.business_performance.model = 'first_touch';
select * from business_performance.order_candidates
