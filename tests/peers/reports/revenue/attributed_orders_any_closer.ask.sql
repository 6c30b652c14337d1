set tributary.param.revenue.closers = 'any';
set tributary.param.revenue.channel_basis = 'conversation';
select * from revenue.attributed_orders
