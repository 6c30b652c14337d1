-- What the shop holds its sales for, then and now.
create table known_orders as
from orders
where ordered_at <= as_of() and coalesce(ingested_at, ordered_at) <= as_of();

create table known_adjustments as
from order_adjustments
where occurred_at <= as_of() and coalesce(ingested_at, occurred_at) <= as_of();

create table shop_orders as
with changed as (
    select
        order_id,
        person(customer_id) as customer,
        -- A sale that has only a day is sold when that day begins.
        if(date_only, midnight(cast(ordered_at as date)), ordered_at) as ordered_at,
        channel,
        currency,
        total,
        coalesce(is_test, false) as is_test,
        original_order_id is not null or total < 0 as is_return,
        exists (
            from known_orders as sale
            where sale.order_id = known_orders.original_order_id and sale.currency = known_orders.currency
        ) as is_linked,
        coalesce(cancelled_at <= as_of(), false) as is_cancelled,
        coalesce(
            (select sum(amount) from known_adjustments as changes where changes.order_id = known_orders.order_id), 0
        ) + coalesce(
            (
                select sum(total)
                from known_orders as tickets
                where tickets.original_order_id = known_orders.order_id
                  and tickets.currency = known_orders.currency
                  and coalesce(tickets.cancelled_at > as_of(), true)
            ),
            0
        ) as changed_by
    from known_orders
)
select
    order_id,
    customer,
    ordered_at,
    channel,
    currency,
    total,
    is_test,
    is_return,
    is_linked,
    in_shop_currency(total, currency, ordered_at) as shop_total,
    in_shop_currency(if(is_cancelled, 0, total + changed_by), currency, ordered_at) as worth
from changed;

-- The worth is divided among clicks as the amount was; rounding what was divided so far loses no cent.
create macro earned_orders(lookback, model) as table
with credited as (
    select ledger.*, shop_total, coalesce(worth, order_amount) as worth
    from ledger(lookback, model) as ledger
    left join shop_orders using (order_id)
    where reason = 'credited'
),
so_far as (
    select *, sum(amount) over (partition by order_id order by position) as given
    from credited
)
select
    order_id,
    ordered_at,
    contact_id,
    amount,
    if(
        worth = order_amount,
        amount,
        round(worth * given / order_amount, 2) - round(worth * (given - amount) / order_amount, 2)
    ) as net_amount,
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
from so_far;
