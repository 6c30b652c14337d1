-- Orders and revenue by the hours, days or months of spans, those without a sale as well.
create macro sales_by_bucket(spans) as table
with units as (
    select
        period,
        period_start,
        period_end,
        case
            when days <= 2 then 'hour'
            when days <= 92 then 'day'
            else 'month'
        end as unit
    from (
        select
            *,
            local_date(period_end - interval '1 microsecond') - local_date(period_start) + 1 as days
        from query_table(spans)
    )
),
-- The bucket of every half hour, instead of a calendar: an offset may change, but not within one.
halves as (
    select
        period,
        unit,
        period_start,
        period_end,
        unnest(generate_series(
            period_start, period_end - interval '1 microsecond', interval '30 minutes'
        )) as instant
    from units
),
buckets as (
    select
        period,
        period_start,
        period_end,
        unit,
        -- The instant of a local time that comes twice is not known from it, but an hour's is.
        if(
            unit = 'hour',
            date_trunc('hour', instant),
            midnight(date_trunc(unit, local_date(instant)))
        ) as bucket_start
    from halves
    group by all
),
sales as (
    select
        period,
        if(
            unit = 'hour',
            date_trunc('hour', ordered_at),
            midnight(date_trunc(unit, local_date(ordered_at)))
        ) as bucket_start,
        amount
    from units
    join scoped() on reason = 'in_scope' and ordered_at >= period_start and ordered_at < period_end
)
select
    period,
    bucket_start,
    count(amount) as total_orders,
    coalesce(sum(amount), 0) as revenue_generated
from buckets
left join sales using (period, bucket_start)
group by all;

create macro custom(first_day, end_day) as table
select 'custom' as period, midnight(first_day) as period_start, midnight(end_day) as period_end;

create table two_days as from custom(date '2026-10-31', date '2026-11-02');
create table ninety_two_days as from custom(date '2026-08-18', date '2026-11-18');
create table ninety_three_days as from custom(date '2026-08-17', date '2026-11-18');
