-- Can every order be converted to the currency of the reports?
-- Grain: one currency of orders. `amount` is the total of those that cannot.
create view health.order_rates as
with counted as (
    select
        orders.currency,
        count(*) as total,
        count(case when orders.currency <> report_currency() and days.day is null then 1 end)
            as affected,
        coalesce(sum(case when orders.currency <> report_currency() and days.day is null
            then orders.total end), 0) as amount
    from base.restated_orders as orders
    left join base.rated_days as days
        on days.currency = orders.currency and days.day = local_date(orders.ordered_at)
    group by orders.currency
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
    (6, 'missing_rates', 'orders',
        'orders of a currency and day without a rate into tributary.currency: a report that counts one is an error; add the rates to fx_rates')
) as checks (step_number, check, subject, message)
