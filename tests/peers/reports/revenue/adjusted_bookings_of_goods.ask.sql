set tributary.param.revenue.amount_basis = 'without_shipping_and_tax';
select * from revenue.adjusted_bookings
