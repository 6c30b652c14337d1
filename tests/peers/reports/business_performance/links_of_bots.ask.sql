set tributary.param.business_performance.creators = 'bot';
select * from business_performance.links
