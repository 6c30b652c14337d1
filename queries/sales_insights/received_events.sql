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
-- One event is enough to know. The type is a literal so that only those asked for are looked up.
received as (
    select 'intent' as event_type
    from (
        select 1 as one
        from web_events
        where array_has(string_to_array(replace(intent_events, ' ', ''), ','), event_type)
        limit 1
    ) as seen
    union all
    select 'product_view' as event_type
    from (select 1 as one from web_events where event_type = 'product_view' limit 1) as seen
    union all
    select 'product_shown' as event_type
    from (select 1 as one from web_events where event_type = 'product_shown' limit 1) as seen
    union all
    select 'product_click' as event_type
    from (select 1 as one from web_events where event_type = 'product_click' limit 1) as seen
    union all
    select 'add_to_cart' as event_type
    from (select 1 as one from web_events where event_type = 'add_to_cart' limit 1) as seen
    union all
    select 'quiz_started' as event_type
    from (select 1 as one from web_events where event_type = 'quiz_started' limit 1) as seen
    union all
    select 'quiz_step' as event_type
    from (select 1 as one from web_events where event_type = 'quiz_step' limit 1) as seen
    union all
    select 'quiz_completed' as event_type
    from (select 1 as one from web_events where event_type = 'quiz_completed' limit 1) as seen
)
select
    expected.event_type,
    received.event_type is not null as is_received
from expected
left join received on received.event_type = expected.event_type
