-- How did sales go over time?
-- Grain: one period and bucket of local time: an hour if the period has at most 2 days, a day if at
-- most 92, else a month. A bucket is named by the instant it starts, and without a sale is 0; the
-- first month of a period may have started before it.
create view sales_insights.periodic_sales as
with spans as (
    select
        period,
        period_end,
        local_date(period_start) as first_day,
        local_date(period_end - interval '1 microsecond') as last_day
    from periods()
    -- The month to date has no day on the first.
    where period_start < period_end
),
days as (
    select
        period,
        period_end,
        last_day - first_day + 1 as day_count,
        unnest(generate_series(first_day, last_day, interval '1 day')) as day
    from spans
),
buckets as (
    select
        period,
        -- A series is of nanoseconds, an instant of microseconds.
        arrow_cast(unnest(generate_series(
            local_midnight(day),
            least(local_midnight(cast(day + interval '1 day' as date)), period_end)
                - interval '1 microsecond',
            interval '1 hour'
        )), 'Timestamp(Microsecond, Some("UTC"))') as bucket_start
    from days
    where day_count <= 2
    union all
    select
        period,
        local_midnight(day) as bucket_start
    from days
    where day_count > 2 and day_count <= 92
    union all
    select distinct
        period,
        local_midnight(cast(date_trunc('month', day) as date)) as bucket_start
    from days
    where day_count > 92
),
placed as (
    select
        tagged.period,
        tagged.order_id,
        tagged.amount,
        tagged.ordered_at,
        local_date(tagged.ordered_at) as day,
        -- Not every zone is whole hours from UTC.
        local_midnight(local_date(tagged.ordered_at))
            - date_trunc('hour', local_midnight(local_date(tagged.ordered_at))) as past_hour,
        spans.last_day - spans.first_day + 1 as day_count
    from in_periods(rows => sales_insights.scoped_orders, at => 'ordered_at') as tagged
    join spans on spans.period = tagged.period
    where tagged.reason = 'in_scope'
),
sold as (
    select
        period,
        case
            when day_count <= 2 then date_trunc('hour', ordered_at - past_hour) + past_hour
            when day_count <= 92 then local_midnight(day)
            else local_midnight(cast(date_trunc('month', day) as date))
        end as bucket_start,
        order_id,
        amount
    from placed
),
totals as (
    select
        period,
        bucket_start,
        count(distinct order_id) as orders,
        sum(amount) as revenue
    from sold
    group by period, bucket_start
)
select
    buckets.period,
    buckets.bucket_start,
    coalesce(totals.orders, 0) as total_orders,
    coalesce(totals.revenue, 0) as revenue_generated
from buckets
left join totals
    on totals.period = buckets.period and totals.bucket_start = buckets.bucket_start
order by buckets.period, buckets.bucket_start
