set tributary.param.revenue.revenue_basis = 'adjustment_date';
select * from revenue.overview
