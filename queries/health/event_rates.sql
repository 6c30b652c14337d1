-- Can every purchase event be converted to the currency of the reports?
-- Grain: one currency of the events' amounts. `amount` is the sum of those that cannot.
create view health.event_rates as
with counted as (
    select
        events.currency,
        count(*) as total,
        count(case when events.currency <> report_currency() and days.day is null then 1 end)
            as affected,
        coalesce(sum(case when events.currency <> report_currency() and days.day is null
            then events.amount end), 0) as amount
    from base.contact_events as events
    left join base.rated_days as days
        on days.currency = events.currency and days.day = local_date(events.occurred_at)
    where events.event_type = 'purchase'
        and events.amount is not null
        and events.currency is not null
    group by events.currency
)
select
    checks.step_number,
    checks.check,
    checks.subject,
    case when counted.affected > 0 then 'warning' else 'ok' end as status,
    counted.affected,
    counted.total,
    ratio(counted.affected, counted.total) as share,
    counted.amount,
    counted.currency,
    checks.message
from counted
cross join (values
    (6, 'missing_rates', 'web_events',
        'purchase events of a currency and day without a rate into tributary.currency: a report that counts one is an error; add the rates to fx_rates')
) as checks (step_number, check, subject, message)
