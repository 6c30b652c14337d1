-- What was bought on the site, as the site itself reports it?
-- Grain: one order id of the purchase events, at the first of them, with the first amount that any
-- has, in `tributary.currency`. A reload of the thank-you page sends another event and is no other
-- purchase: `purchase_events` is how many there were. An amount without a currency is read in that
-- of the reports.
create materialized view business_performance.purchases
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
with reported as (
    select
        order_id,
        first_value(event_id order by occurred_at, event_id) as event_id,
        min(occurred_at) as occurred_at,
        -- Some sites send the amount with one event of several.
        first_value(amount order by amount is null, occurred_at, event_id) as amount,
        first_value(currency order by amount is null, occurred_at, event_id) as currency,
        count(distinct event_id) as purchase_events
    from web_events
    where event_type = 'purchase' and order_id is not null
    group by order_id
),
tests as (
    select distinct order_id
    from orders
    where is_test
)
select
    events.order_id,
    events.occurred_at as ordered_at,
    events.contact_id,
    events.customer_id,
    events.visitor_id,
    convert(reported.amount, coalesce(reported.currency, report_currency()), events.occurred_at)
        as amount,
    reported.amount as site_amount,
    coalesce(reported.currency, report_currency()) as site_currency,
    reported.currency is null as currency_assumed,
    reported.purchase_events,
    tests.order_id is not null as is_test
-- Joined also by the time, so that a filter on it reaches the scan of the events.
from base.contact_events as events
join reported
    on reported.event_id = events.event_id
    and reported.occurred_at = events.occurred_at
    and reported.order_id = events.order_id
left join tests on tests.order_id = events.order_id
where events.event_type = 'purchase'
