-- Does the site send every type of event that the reports count?
-- Grain: one type of the contract, and one row for all others. What was never received is not
-- instrumented, and reads as NULL instead of 0.
create view health.event_types as
with received as (
    select
        event_type,
        count(distinct event_id) as events
    from web_events
    group by event_type
),
expected as (
    select
        types.step_number,
        types.check,
        types.event_type as subject,
        types.amount,
        types.currency,
        types.affected,
        coalesce(received.events, 0) as total,
        case when received.events is null
            then 'never received: what counts it is NULL; check that the site sends it'
            else 'received' end as message
    from (values
        (2, 'event_types', 'page_view', 0, null, null),
        (2, 'event_types', 'product_view', 0, null, null),
        (2, 'event_types', 'product_shown', 0, null, null),
        (2, 'event_types', 'product_click', 0, null, null),
        (2, 'event_types', 'add_to_cart', 0, null, null),
        (2, 'event_types', 'begin_checkout', 0, null, null),
        (2, 'event_types', 'purchase', 0, null, null),
        (2, 'event_types', 'quiz_started', 0, null, null),
        (2, 'event_types', 'quiz_step', 0, null, null),
        (2, 'event_types', 'quiz_completed', 0, null, null)
    ) as types (step_number, check, event_type, affected, amount, currency)
    left join received on received.event_type = types.event_type
),
others as (
    select
        coalesce(sum(case when expected.subject is null then received.events end), 0) as affected,
        coalesce(sum(received.events), 0) as total,
        string_agg(
            case when expected.subject is null then coalesce(received.event_type, 'no type') end,
            ', '
            order by received.event_type
        ) as types
    from received
    left join expected on expected.subject = received.event_type
)
select
    step_number,
    check,
    subject,
    case when total = 0 then 'not_instrumented' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    cast(amount as decimal(28, 2)) as amount,
    cast(currency as varchar) as currency,
    message
from expected
union all
select
    checks.step_number,
    checks.check,
    checks.subject,
    case when others.affected > 0 then 'warning' else 'ok' end as status,
    others.affected,
    others.total,
    ratio(others.affected, others.total) as share,
    cast(checks.amount as decimal(28, 2)) as amount,
    cast(checks.currency as varchar) as currency,
    case when others.affected > 0 then concat(checks.message, ': ', others.types)
        else checks.message end as message
from others
cross join (values
    (2, 'unknown_event_types', 'web_events', null, null,
        'events of a type that the contract does not have: no report counts them; rename the type when importing')
) as checks (step_number, check, subject, amount, currency, message)
