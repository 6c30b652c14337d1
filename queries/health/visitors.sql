-- Is it known who was on the site?
-- Grain: one check of the events of the site, each event once however often it was delivered.
create view health.visitors as
with events as (
    select
        count(*) as events,
        count(case when contact_id is null then 1 end) as nobodies,
        count(case when event_type = 'purchase' then 1 end) as purchases,
        count(case when event_type = 'purchase' and customer_id is null and visitor_id is not null
            then 1 end) as strangers
    from base.contact_events
),
counted as (
    select
        checks.*,
        case checks.check when 'events_of_nobody' then events.nobodies else events.strangers end
            as affected,
        case checks.check when 'events_of_nobody' then events.events else events.purchases end
            as total
    from events
    cross join (values
        (3, 'events_of_nobody', 'web_events', null, null,
            'events with neither a customer nor a browser: no click earns them; turn on the tracking of visitors'),
        (3, 'purchases_of_strangers', 'web_events', null, null,
            'purchase events of a browser that was never identified: a click of that browser earns them, one on another device cannot; import identities')
    ) as checks (step_number, check, subject, amount, currency, message)
)
select
    step_number,
    check,
    subject,
    case when affected > 0 then 'warning' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    cast(amount as decimal(28, 2)) as amount,
    cast(currency as varchar) as currency,
    message
from counted
