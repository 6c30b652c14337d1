-- What was booked for each credited order, and when?
-- Grain: one amount of an order. By the order's date there is one, restated; by the date of each
-- adjustment those of revenue.adjusted_bookings. Both sum to the attributed amount.
create view revenue.bookings
parameters
    revenue_basis varchar in ('order_date', 'adjustment_date') default 'order_date'
as
select
    order_id,
    ordered_at as booked_at,
    ordered_at,
    agent_id,
    team_id,
    channel,
    currency,
    attributed_amount as amount,
    true as is_sale
from revenue.attributed_orders
where reason = 'credited' and revenue_basis = 'order_date'
union all
select
    order_id,
    booked_at,
    ordered_at,
    agent_id,
    team_id,
    channel,
    currency,
    amount,
    is_sale
from revenue.adjusted_bookings
where revenue_basis = 'adjustment_date'
