-- Which orders were placed via tracking links, and what are they worth now?
-- Grain: one order and click that earned it: one click under a single-touch model. `amount` is
-- that of the purchase, whatever happened to it since; `net_amount` is what the shop holds it for
-- now, after refunds, changes and cancellation, divided as the amount is. Without an order of that
-- id in the shop, `shop_total` is NULL and nothing is known to have changed.
create materialized view business_performance.link_orders
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
with worth as (
    select
        credited.*,
        convert(shop.total, shop.currency, shop.ordered_at) as shop_total,
        case when shop.order_id is null then credited.order_amount
            else convert(shop.total + shop.adjusted_by, shop.currency, shop.ordered_at) end
            as order_worth,
        sum(credited.amount) over so_far as amount_so_far,
        sum(credited.credit) over so_far as credit_so_far
    from business_performance.attributed_purchases as credited
    left join base.restated_orders as shop on shop.order_id = credited.order_id
    where credited.reason = 'credited'
    window so_far as (
        partition by credited.order_id, credited.ordered_at
        order by credited.position
    )
),
divided as (
    select
        *,
        -- An amount of 0 is divided as the credit is.
        coalesce(ratio(amount_so_far, order_amount), credit_so_far) as share_so_far,
        coalesce(ratio(amount_so_far - amount, order_amount), credit_so_far - credit)
            as share_before
    from worth
)
select
    order_id,
    ordered_at,
    contact_id,
    amount,
    -- Rounding what was divided so far loses no cent.
    cast(round(order_worth * share_so_far, 2) as decimal(18, 2))
        - cast(round(order_worth * share_before, 2) as decimal(18, 2)) as net_amount,
    site_amount,
    site_currency,
    currency_assumed,
    shop_total,
    purchase_events,
    credit,
    click_id,
    clicked_at,
    link_id,
    creator_type,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product
from divided
order by ordered_at, order_id, clicked_at, click_id
