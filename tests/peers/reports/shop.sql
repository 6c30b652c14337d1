-- What both sides read, for DuckDB: the days of the shop, its periods, money in its currency.
-- $zone, $currency and $as_of are the settings of the warehouse.
set TimeZone = 'UTC';

create macro local_date(instant) as cast(timezone('$zone', instant) as date);

create macro report_currency() as '$currency';

create macro midnight(day) as timezone('$zone', cast(day as timestamp));

create macro as_of() as timestamptz '$as_of';

-- NULL, not infinite, when there is nothing to divide by.
create macro ratio(n, d) as cast(n as double) / nullif(cast(d as double), 0);

create macro percent_change(now, before) as ratio(now - before, before);

-- Half-open. The spans before have as many days; today's ends at the same time of day.
create table periods as
with today as (
    select local_date(as_of()) as d0
),
named(period, first_day, end_day, days) as (
    select 'today', d0, d0 + 1, 1 from today
    union all select 'yesterday', d0 - 1, d0, 1 from today
    union all select 'last_7_days', d0 - 7, d0, 7 from today
    union all select 'last_14_days', d0 - 14, d0, 14 from today
    union all select 'last_30_days', d0 - 30, d0, 30 from today
    union all select 'last_7_days_vtex_literal', d0 - 8, d0, 8 from today
    union all select 'last_14_days_vtex_literal', d0 - 15, d0, 15 from today
    union all select 'last_30_days_vtex_literal', d0 - 31, d0, 31 from today
    union all
    select 'month_to_date', cast(date_trunc('month', d0) as date), d0, cast(day(d0) - 1 as integer) from today
)
select
    period,
    midnight(first_day) as period_start,
    if(period = 'today', as_of(), midnight(end_day)) as period_end,
    midnight(first_day - cast(days as integer)) as previous_start,
    if(
        period = 'today',
        timezone('$zone', timezone('$zone', as_of()) - interval '1 day'),
        midnight(first_day)
    ) as previous_end
from named;

-- An amount in the shop's currency at the rate of the latest day up to that of the order.
create view rates as
select date, from_currency, rate from fx_rates where to_currency = '$currency';

create macro in_shop_currency(amount, currency, instant) as
    if(
        currency = '$currency',
        amount,
        round(
            amount * (
                select arg_max(rate, date)
                from rates
                where from_currency = currency and date <= local_date(instant)
            ),
            2
        )
    );
