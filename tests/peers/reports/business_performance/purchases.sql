select
    order_id,
    ordered_at,
    contact_id,
    customer as customer_id,
    visitor_id,
    amount,
    site_amount,
    site_currency,
    currency_assumed,
    purchase_events,
    is_test
from bought
