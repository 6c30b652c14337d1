-- Does the site know the orders of the shop, and the shop those of the site?
-- Grain: one check and currency; of orders that the site does not know also the channel. Amounts are
-- sums over business_performance.reconciliation, which has the single orders; that of other amounts
-- is what the site says more than the shop.
create view health.reconciliation as
with orders_of_both as (
    select
        difference,
        channel,
        site_amount,
        site_currency,
        shop_total,
        shop_currency,
        difference = 'other_amount' and site_currency <> shop_currency as is_other_currency
    from business_performance.reconciliation
),
by_channel as (
    select
        channel,
        shop_currency as currency,
        count(case when difference = 'not_on_site' then 1 end) as affected,
        count(*) as total,
        coalesce(sum(case when difference = 'not_on_site' then shop_total end), 0) as amount
    from orders_of_both
    where shop_currency is not null
    group by channel, shop_currency
),
by_site_currency as (
    select
        site_currency as currency,
        count(case when difference = 'not_in_shop' then 1 end) as unknown,
        count(*) as orders,
        coalesce(sum(case when difference = 'not_in_shop' then site_amount end), 0)
            as unknown_amount
    from orders_of_both
    where site_currency is not null
    group by site_currency
),
by_shop_currency as (
    select
        shop_currency as currency,
        count(case when difference = 'other_amount' and not is_other_currency then 1 end)
            as others,
        coalesce(sum(case when difference = 'other_amount' and not is_other_currency
            then coalesce(site_amount, 0) - shop_total end), 0) as others_amount,
        count(case when is_other_currency then 1 end) as foreigners,
        coalesce(sum(case when is_other_currency then shop_total end), 0) as foreigners_amount,
        count(*) as orders
    from orders_of_both
    where shop_currency is not null and site_currency is not null
    group by shop_currency
),
counted as (
    select
        checks.step_number,
        checks.check,
        coalesce(by_channel.channel, 'no channel') as subject,
        by_channel.affected,
        by_channel.total,
        by_channel.amount,
        by_channel.currency,
        case when by_channel.affected = by_channel.total
            then 'the site knows no order of this channel: no link earns one; a till sends none, a site should'
            else checks.message end as message
    from by_channel
    cross join (values
        (5, 'orders_not_on_site',
            'orders of the shop without a purchase event, as a blocked browser sends none: no link earns them')
    ) as checks (step_number, check, message)
    union all
    select
        checks.step_number,
        checks.check,
        checks.subject,
        by_site_currency.unknown as affected,
        by_site_currency.orders as total,
        by_site_currency.unknown_amount as amount,
        by_site_currency.currency,
        checks.message
    from by_site_currency
    cross join (values
        (5, 'orders_not_in_shop', 'web_events',
            'orders of purchase events that the shop does not have, or has as a return: links earn them; import the orders, or look for another order id')
    ) as checks (step_number, check, subject, message)
    union all
    select
        checks.step_number,
        checks.check,
        checks.subject,
        case checks.check when 'other_amounts' then by_shop_currency.others
            else by_shop_currency.foreigners end as affected,
        by_shop_currency.orders as total,
        case checks.check when 'other_amounts' then by_shop_currency.others_amount
            else by_shop_currency.foreigners_amount end as amount,
        by_shop_currency.currency,
        checks.message
    from by_shop_currency
    cross join (values
        (5, 'other_amounts', 'web_events',
            'orders of which the site says another amount than the shop: links earn what the site says'),
        (5, 'other_currencies', 'web_events',
            'orders of which the site says another currency than the shop: the amount is that of the shop')
    ) as checks (step_number, check, subject, message)
)
select
    step_number,
    check,
    subject,
    case
        when affected = total and check = 'orders_not_on_site' then 'not_instrumented'
        when affected > 0 then 'warning'
        else 'ok'
    end as status,
    affected,
    total,
    ratio(affected, total) as share,
    amount,
    currency,
    message
from counted
