set tributary.param.revenue.exclude_fully_refunded = true;
select * from revenue.attributed_orders
