-- What do the numbers of this report add up?
-- Grain: one booking, or one marking as done that could have earned an order, and by event also one
-- conversion. The amount is in the currency of the session, at the rate of the order's day: so what
-- is given back later is worth what was paid. A conversation's id is where it is eligible or
-- converted.
create view revenue.entries
parameters
    -- conversions of the conversations done in a period, or by the orders placed in it
    rate_basis varchar in ('cohort', 'event') default 'cohort'
as
select
    booked_at as entered_at,
    agent_id,
    channel,
    convert(amount, currency, ordered_at) as amount,
    case when is_sale then 1 else 0 end as orders,
    cast(null as varchar) as eligible,
    cast(null as varchar) as converted,
    false as immature
from revenue.bookings
union all
select
    done_at as entered_at,
    agent_id,
    channel,
    cast(null as decimal(18, 2)) as amount,
    0 as orders,
    conversation_id as eligible,
    case when converted and rate_basis = 'cohort' then conversation_id end as converted,
    immature and rate_basis = 'cohort' as immature
from revenue.eligible_conversations
union all
select
    ordered_at as entered_at,
    agent_id,
    channel,
    cast(null as decimal(18, 2)) as amount,
    0 as orders,
    cast(null as varchar) as eligible,
    conversation_id as converted,
    false as immature
from revenue.attributed_orders
where reason = 'credited' and rate_basis = 'event'
