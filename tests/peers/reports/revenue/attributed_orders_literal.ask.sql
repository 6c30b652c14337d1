set tributary.param.revenue.literal = true;
select * from revenue.attributed_orders
