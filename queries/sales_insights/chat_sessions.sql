-- In which chat sessions did the customer mean to buy, and in which was an order placed?
-- Grain: one chat session. `has_intent`: pre-purchased, with an event of intent before a purchase
-- of the session, or without a purchase; `is_abandoned`: of those, without a purchase. Both are
-- NULL where no such event was ever received. `has_order`: with an order in scope. Events are in
-- a session as sales_insights.session_events says.
create materialized view sales_insights.chat_sessions
parameters
    -- comma-separated types of events
    intent_events varchar default 'add_to_cart, product_click, begin_checkout',
    channels varchar default null
partitioned by (local_date(started_at) as date)
refresh every '1 hour'
as
with events as (
    select
        place_key,
        is_named,
        occurred_at,
        event_type = 'order' or event_type = 'purchase' as is_purchase,
        in_scope
    from sales_insights.placeable_events
    where event_type = 'order'
        or event_type = 'purchase'
        or array_has(string_to_array(replace(intent_events, ' ', ''), ','), event_type)
),
happened as (
    select
        spans.session_id,
        spans.customer_id,
        spans.channel,
        spans.started_at,
        spans.ended_at,
        spans.inbound_messages,
        spans.agent_messages,
        min(case when not events.is_purchase then events.occurred_at end) as first_intent_at,
        -- An intent is not pre-purchase for an order that came before it, but is for a later one.
        max(case when events.is_purchase then events.occurred_at end) as last_purchase_at,
        coalesce(bool_or(events.in_scope), false) as has_order
    from sales_insights.session_spans as spans
    left join events
        on events.place_key = spans.place_key
        and (events.is_named
            or (spans.started_at <= events.occurred_at
                and events.occurred_at <= spans.open_until
                and (spans.next_started_at is null or events.occurred_at < spans.next_started_at)))
    where channels is null
        or array_has(string_to_array(replace(channels, ' ', ''), ','), spans.channel)
    group by
        spans.session_id,
        spans.customer_id,
        spans.channel,
        spans.started_at,
        spans.ended_at,
        spans.inbound_messages,
        spans.agent_messages
)
select
    happened.session_id,
    happened.customer_id,
    happened.channel,
    happened.started_at,
    happened.ended_at,
    happened.inbound_messages,
    happened.agent_messages,
    case when intent.is_received then coalesce(
        happened.first_intent_at <= coalesce(happened.last_purchase_at, happened.first_intent_at),
        false) end as has_intent,
    case when intent.is_received
        then happened.first_intent_at is not null and happened.last_purchase_at is null
    end as is_abandoned,
    happened.has_order
-- The one row comes first: what comes first is held, and the other streams past it.
from sales_insights.received_events as intent
cross join happened
where intent.event_type = 'intent'
