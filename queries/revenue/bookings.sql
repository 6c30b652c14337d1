-- What was booked for each credited order, and when?
-- Grain: one amount of an order. By the order's date there is one, restated. By the date of each
-- adjustment there are the sale, every change of it, and the rest when a cancellation took it. Both
-- sum to the attributed amount.
create view revenue.bookings
parameters
    revenue_basis varchar in ('order_date', 'adjustment_date') default 'order_date',
    amount_basis varchar in ('total', 'without_shipping_and_tax') default 'total'
as
with credited as (
    select
        order_id,
        ordered_at,
        agent_id,
        team_id,
        channel,
        currency,
        attributed_amount
    from revenue.attributed_orders
    where reason = 'credited'
),
sold as (
    select
        credited.*,
        case amount_basis when 'total' then restated.total
            else greatest(restated.total - restated.shipping_and_tax, 0) end as sold_amount,
        restated.changed_by,
        restated.last_changed_at
    from credited
    join base.restated_orders as restated
        on restated.order_id = credited.order_id and restated.ordered_at = credited.ordered_at
)
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
from credited
where revenue_basis = 'order_date'
union all
select
    order_id,
    ordered_at as booked_at,
    ordered_at,
    agent_id,
    team_id,
    channel,
    currency,
    sold_amount as amount,
    true as is_sale
from sold
where revenue_basis = 'adjustment_date'
union all
select
    sold.order_id,
    changes.changed_at as booked_at,
    sold.ordered_at,
    sold.agent_id,
    sold.team_id,
    sold.channel,
    sold.currency,
    changes.amount,
    false as is_sale
from sold
join base.order_changes as changes on changes.order_id = sold.order_id
where revenue_basis = 'adjustment_date'
union all
select
    order_id,
    last_changed_at as booked_at,
    ordered_at,
    agent_id,
    team_id,
    channel,
    currency,
    attributed_amount - sold_amount - changed_by as amount,
    false as is_sale
from sold
where revenue_basis = 'adjustment_date' and attributed_amount <> sold_amount + changed_by
