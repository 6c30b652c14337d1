select
    period,
    local_date(starts_at) as date,
    revenue as total_revenue,
    orders as total_orders,
    cast(round(ratio(revenue, orders), 2) as decimal(18, 2)) as average_ticket,
    cast(round(ratio(items, orders), 2) as decimal(18, 2)) as items_per_order,
    cast(round(ratio(item_revenue, items), 2) as decimal(18, 2)) as average_price_per_item
from default_numbers_of_days
where not is_previous
