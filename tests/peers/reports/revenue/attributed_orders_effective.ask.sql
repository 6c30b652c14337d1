set tributary.param.revenue.lookback = '3 days';
set tributary.param.revenue.attribution_effective_from = '2026-10-01T04:00:00Z';
select * from revenue.attributed_orders
