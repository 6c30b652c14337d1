set tributary.param.revenue.rate_basis = 'event';
select * from revenue.overview
