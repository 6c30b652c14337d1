-- Do the purchase events of the site say what the reports need?
-- Grain: one check of the purchase events, each event once however often it was delivered.
create view health.purchase_events as
with purchases as (
    select
        count(*) as events,
        count(distinct order_id) as orders,
        count(order_id) as events_of_orders,
        count(case when order_id is null then 1 end) as nameless,
        count(case when amount is null then 1 end) as worthless,
        count(case when amount is not null and currency is null then 1 end) as assumed,
        count(amount) as amounts,
        sum(case when currency is null then amount end) as assumed_amount
    from base.contact_events
    where event_type = 'purchase'
),
counted as (
    select
        checks.step_number,
        checks.check,
        checks.subject,
        case checks.check
            when 'purchases_without_order' then purchases.nameless
            when 'purchases_without_amount' then purchases.worthless
            when 'assumed_currency' then purchases.assumed
            else purchases.events_of_orders - purchases.orders
        end as affected,
        case checks.check
            when 'assumed_currency' then purchases.amounts
            when 'repeated_purchases' then purchases.events_of_orders
            else purchases.events
        end as total,
        case when checks.check = 'assumed_currency' then purchases.assumed_amount end as amount,
        case when checks.check = 'assumed_currency' then report_currency() end as currency,
        checks.message
    from purchases
    cross join (values
        (2, 'purchases_without_order', 'web_events',
            'purchase events without an order_id: no report counts them; send the transaction id'),
        (2, 'purchases_without_amount', 'web_events',
            'purchase events without an amount: the order counts, and no revenue'),
        (2, 'assumed_currency', 'web_events',
            'amounts without a currency: they are read in tributary.currency; send the currency with the amount'),
        (2, 'repeated_purchases', 'web_events',
            'further purchase events of an order, as a reload of its last page sends: the first counts, once')
    ) as checks (step_number, check, subject, message)
)
select
    step_number,
    check,
    subject,
    case when affected > 0 then 'warning' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    amount,
    currency,
    message
from counted
