-- How much did clienteling help to sell, and with how many activities?
-- Grain: one period and currency; a period without a sale has one row, without a currency.
-- Activities and their types are counted once a period, whatever the currency. Of the attributed
-- amount, automated_only_share is that of sales which no person touched.
create view clienteling.overview as
with sold as (
    select
        period,
        currency,
        sum(case when reason = 'credited' then sale_amount end) as attributed,
        count(case when reason = 'credited' then 1 end) as attributed_count,
        sum(case when reason = 'credited' and automated_only then sale_amount end)
            as automated_only,
        sum(sale_amount) as total
    from in_periods(rows => clienteling.sales, at => 'purchased_at')
    where sale_amount is not null
    group by period, currency
),
touched as (
    select
        period,
        count(distinct activity_id) as activities,
        count(distinct activity_type) as types
    from in_periods(rows => clienteling.timeline, at => 'purchased_at')
    group by period
)
select
    periods.period,
    sold.currency,
    coalesce(sold.attributed, 0) as sales_amount,
    coalesce(sold.attributed_count, 0) as sales_count,
    coalesce(touched.activities, 0) as related_activities,
    coalesce(touched.types, 0) as activity_types,
    ratio(coalesce(sold.attributed, 0), sold.total) as attributed_share,
    ratio(coalesce(sold.automated_only, 0), sold.attributed) as automated_only_share
from periods() as periods
left join sold on sold.period = periods.period
left join touched on touched.period = periods.period
order by periods.period, sold.currency
