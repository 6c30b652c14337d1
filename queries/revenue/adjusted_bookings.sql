-- What was booked for each credited order, each change on the day it came?
-- Grain: one amount of an order: its sale, every change of it, and the rest when a cancellation
-- took it. They sum to the attributed amount.
create materialized view revenue.adjusted_bookings
parameters
    amount_basis varchar in ('total', 'without_shipping_and_tax') default 'total'
partitioned by (local_date(booked_at) as date)
refresh every '1 hour'
as
with sold as (
    select
        credited.order_id,
        credited.ordered_at,
        credited.agent_id,
        credited.team_id,
        credited.channel,
        credited.currency,
        credited.attributed_amount,
        case amount_basis when 'total' then restated.total
            else greatest(restated.total - restated.shipping_and_tax, 0) end as sold_amount,
        restated.changed_by,
        restated.last_changed_at
    from revenue.attributed_orders as credited
    join base.restated_orders as restated
        on restated.order_id = credited.order_id and restated.ordered_at = credited.ordered_at
    where credited.reason = 'credited'
)
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
where attributed_amount <> sold_amount + changed_by
