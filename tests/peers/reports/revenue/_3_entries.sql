create macro adjusted(amount_basis := 'total') as table
with credited as (
    select
        ledger.*,
        greatest(placed.total - left_out(placed, amount_basis), 0) as sold_for,
        placed.cancelled_at
    from ledger(amount_basis := amount_basis) as ledger
    join sold_orders as placed on placed.order_id = ledger.order_id
    where ledger.reason = 'credited'
),
amounts as (
    select order_id, ordered_at as booked_at, sold_for as amount, true as is_sale from credited
    union all
    select order_id, changed_at, amount, false from changes
),
-- What is missing to the amount of now: a cancellation took the rest.
rests as (
    select
        credited.order_id,
        coalesce(credited.cancelled_at, max(amounts.booked_at) filter (not is_sale)) as booked_at,
        credited.attributed_amount - sum(amounts.amount) as amount
    from credited
    join amounts on amounts.order_id = credited.order_id
    group by credited.order_id, credited.cancelled_at, credited.attributed_amount
    having credited.attributed_amount <> sum(amounts.amount)
)
select
    order_id,
    booked.booked_at,
    credited.ordered_at,
    credited.agent_id,
    credited.team_id,
    credited.channel,
    credited.currency,
    booked.amount,
    booked.is_sale
from (from amounts union all select *, false from rests) as booked
join credited using (order_id);

-- By the day of the order, or of each change.
create macro booked(
    lookback := interval '120 hours',
    closers := 'human',
    channel_basis := 'first_inbound'
) as table
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
from ledger(lookback := lookback, closers := closers, channel_basis := channel_basis)
where reason = 'credited';

create macro eligible(
    lookback := interval '120 hours',
    closers := 'human',
    channel_basis := 'first_inbound'
) as table
with markings as (
    select
        *,
        -- until the next change of the conversation
        lead(status) over (
            partition by conversation_id order by changed_at, sequence, event_id
        ) as next_status
    from conversation_status_events
),
credited as (
    select distinct conversation_id, done_at
    from ledger(lookback := lookback, closers := closers, channel_basis := channel_basis)
    where reason = 'credited'
)
select
    markings.conversation_id,
    changed_at as done_at,
    changed_by as agent_id,
    closing_team(changed_by, changed_at, markings.conversation_id) as team_id,
    conversation_channel(markings.conversation_id, channel_basis) as channel,
    credited.done_at is not null as converted,
    credited.done_at is null and next_status is null and changed_at + lookback > as_of()
        as immature,
    if(credited.done_at is null and next_status is null, changed_at + lookback, null) as matures_at
from markings
left join credited
    on credited.conversation_id = markings.conversation_id
    and credited.done_at = markings.changed_at
where status = 'done'
    and changed_by is not null
    and (closers = 'any' or coalesce(changed_by_type, 'human') = 'human')
    and exists (
        select 1
        from messages
        where messages.conversation_id = markings.conversation_id
            and messages.direction = 'in'
    );

-- What the tiles add up: bookings, markings as done, and by event what these earned.
create macro entered(revenue_basis := 'order_date', rate_basis := 'cohort') as table
with bookings as (
    from booked() where revenue_basis = 'order_date'
    union all
    from adjusted() where revenue_basis = 'adjustment_date'
),
markings as (
    from eligible()
)
select
    booked_at as entered_at,
    agent_id,
    channel,
    in_shop_currency(amount, currency, ordered_at) as amount,
    cast(is_sale as integer) as orders,
    null as eligible,
    null as converted,
    false as immature
from bookings
union all
select
    done_at,
    agent_id,
    channel,
    null,
    0,
    conversation_id,
    case when rate_basis = 'cohort' and converted then conversation_id end,
    -- later orders are of another period
    rate_basis = 'cohort' and immature
from markings
union all
select ordered_at, agent_id, channel, null, 0, null, conversation_id, false
from ledger()
where reason = 'credited' and rate_basis = 'event';
