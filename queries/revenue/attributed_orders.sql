-- Which closed conversation earned each order, and if none, why?
-- Grain: one order. The ledger behind every number of this report.
--
-- An order is credited to the last person who marked a conversation of its customer as done
-- within the lookback, if the conversation was still done, and had an inbound message, at the
-- instant of the order.
create materialized view revenue.attributed_orders
parameters
    lookback interval default interval '120 hours',
    -- 'any' credits bots and rules as well
    closers varchar in ('human', 'any') default 'human',
    -- the channel of the first message from the customer, or of the conversation
    channel_basis varchar in ('first_inbound', 'conversation') default 'first_inbound',
    -- as paid, or for the goods alone
    amount_basis varchar in ('total', 'without_shipping_and_tax') default 'total',
    -- orders before this instant are not attributed
    attribution_effective_from timestamp default null,
    -- leave out orders whose whole amount was given back
    exclude_fully_refunded boolean default false,
    -- the criteria word for word: no upper bound, and the status of now
    literal boolean default false
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
with candidates as (
    select
        order_id,
        customer_id,
        ordered_at,
        currency,
        total,
        shipping_and_tax,
        adjusted_by,
        is_test,
        kind,
        event_id,
        conversation_id,
        done_at,
        done_by,
        done_by_type,
        team_id,
        conversation_channel as channel,
        first_inbound_channel,
        -- An inbound message that came after the order says nothing about it.
        coalesce(first_inbound_at <= ordered_at, false) as is_eligible
    from attribute(
        conversions => (select * from base.restated_orders where not literal),
        touchpoints => (
            select
                event_id,
                customer_id as contact_id,
                conversation_id,
                done_at,
                done_until,
                done_by,
                done_by_type,
                team_id,
                channel as conversation_channel,
                first_inbound_at,
                first_inbound_channel
            from base.done_conversations
            where done_by is not null
        ),
        key => 'customer_id = contact_id',
        conversion_id => 'order_id',
        conversion_time => 'ordered_at',
        value => 'total',
        touchpoint_id => 'event_id',
        touchpoint_time => 'done_at',
        touchpoint_end => 'done_until',
        model => 'any_touch',
        lookback => lookback
    )
    union all
    select
        sold.order_id,
        sold.customer_id,
        sold.ordered_at,
        sold.currency,
        sold.total,
        sold.shipping_and_tax,
        sold.adjusted_by,
        sold.is_test,
        sold.kind,
        done.event_id,
        done.conversation_id,
        done.done_at,
        done.done_by,
        done.done_by_type,
        done.team_id,
        done.channel,
        done.first_inbound_channel,
        done.event_id is not null as is_eligible
    from base.restated_orders as sold
    left join base.done_conversations as done
        on done.customer_id = sold.customer_id
        and done.done_at >= sold.ordered_at - lookback
        and done.done_until is null
        and done.done_by is not null
        and done.first_inbound_at is not null
    where literal
),
ranked as (
    select
        *,
        is_eligible and (closers = 'any' or done_by_type = 'human') as is_creditable,
        row_number() over (
            partition by order_id, ordered_at
            order by
                is_eligible and (closers = 'any' or done_by_type = 'human') desc,
                is_eligible desc,
                done_at desc,
                conversation_id desc,
                event_id desc
        ) as place
    from candidates
),
judged as (
    select
        *,
        case
            when is_test then 'test_order'
            when kind <> 'sale' then kind
            when customer_id is null then 'no_key'
            when ordered_at < attribution_effective_from then 'before_effective'
            when not is_eligible then 'no_touchpoint_in_lookback'
            when not is_creditable then 'automation'
            when exclude_fully_refunded and total > 0 and total + adjusted_by <= 0
                then 'fully_refunded'
            else 'credited'
        end as reason
    from ranked
    where place = 1
)
select
    order_id,
    customer_id,
    ordered_at,
    currency,
    total as order_total,
    case
        when reason <> 'credited' then null
        when amount_basis = 'total' then total + adjusted_by
        -- What was given back may have been shipping and tax, but never makes goods less than free.
        else greatest(total + adjusted_by - shipping_and_tax, least(total + adjusted_by, 0))
    end as attributed_amount,
    case when reason = 'credited' then conversation_id end as conversation_id,
    case when reason = 'credited' then done_by end as agent_id,
    case when reason = 'credited' then team_id end as team_id,
    case when reason <> 'credited' then null
        when channel_basis = 'conversation' then channel
        else coalesce(first_inbound_channel, channel) end as channel,
    case when reason = 'credited' then done_at end as done_at,
    reason
from judged
order by ordered_at, order_id
