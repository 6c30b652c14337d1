-- How much did clienteling help to sell, and with how many activities?
-- Grain: one period, also one without a sale. Amounts are in the currency of the session. Of the
-- attributed amount, automated_only_share is that of sales which no person touched.
create view clienteling.overview as
with sold as (
    select
        period,
        sum(case when reason = 'credited' then amount end) as attributed,
        count(case when reason = 'credited' then 1 end) as attributed_count,
        sum(case when reason = 'credited' and automated_only then amount end) as automated_only,
        sum(amount) as total
    from in_periods(
        rows => (
            select
                purchased_at,
                reason,
                automated_only,
                convert(sale_amount, currency, purchased_at) as amount
            from clienteling.sales
            where sale_amount is not null
        ),
        at => 'purchased_at'
    )
    group by period
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
    coalesce(sold.attributed, 0) as sales_amount,
    coalesce(sold.attributed_count, 0) as sales_count,
    coalesce(touched.activities, 0) as related_activities,
    coalesce(touched.types, 0) as activity_types,
    ratio(coalesce(sold.attributed, 0), sold.total) as attributed_share,
    ratio(coalesce(sold.automated_only, 0), sold.attributed) as automated_only_share
from periods() as periods
left join sold on sold.period = periods.period
left join touched on touched.period = periods.period
order by periods.period
