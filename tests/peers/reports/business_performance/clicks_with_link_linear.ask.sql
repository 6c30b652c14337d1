set tributary.param.business_performance.model = 'linear';
select * from business_performance.clicks_with_link
