set tributary.param.business_performance.creators = 'any';
select * from business_performance.clicked_links
