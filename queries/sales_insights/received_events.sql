-- Does the shop send the events that this report counts?
-- Grain: one event type, or `intent` for those that show an intent to buy. What was never received
-- is not zero but unknown: it reads as NULL.
create view sales_insights.received_events
parameters
    -- comma-separated types of events
    intent_events varchar default 'add_to_cart, product_click, begin_checkout'
as
with expected as (
    select * from (values
        ('intent'),
        ('product_view'),
        ('product_shown'),
        ('product_click'),
        ('add_to_cart'),
        ('quiz_started'),
        ('quiz_step'),
        ('quiz_completed')
    ) as expected (event_type)
),
received as (
    select 'intent' as event_type
    from (
        select 1 as one
        from web_events
        where array_has(string_to_array(replace(intent_events, ' ', ''), ','), event_type)
        limit 1
    ) as seen
    union all
    select event_type
    from base.received_events
)
select
    expected.event_type,
    received.event_type is not null as is_received
from expected
left join received on received.event_type = expected.event_type
