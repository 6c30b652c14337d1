set tributary.param.revenue.amount_basis = 'without_shipping_and_tax';
set tributary.param.revenue.exclude_fully_refunded = true;
select * from revenue.attributed_orders
