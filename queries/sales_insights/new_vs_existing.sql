-- Who buys: new users or existing ones?
-- Grain: one period and user class. A user with an order in the period is `new` if known only since
-- then, else `existing`; the two sum to the overview.
create view sales_insights.new_vs_existing as
with classed as (
    select
        tagged.period,
        case when tagged.known_since >= periods.period_start then 'new' else 'existing' end
            as user_class,
        tagged.user_id,
        tagged.order_id,
        tagged.amount
    from in_periods(rows => sales_insights.user_orders, at => 'ordered_at') as tagged
    join periods() as periods on periods.period = tagged.period
),
totals as (
    select
        period,
        user_class,
        count(distinct user_id) as users,
        count(distinct order_id) as orders,
        sum(amount) as revenue
    from classed
    group by period, user_class
)
select
    periods.period,
    classes.user_class,
    coalesce(totals.users, 0) as users,
    coalesce(totals.orders, 0) as total_orders,
    coalesce(totals.revenue, 0) as revenue_generated
from periods() as periods
cross join (values ('new'), ('existing')) as classes (user_class)
left join totals
    on totals.period = periods.period and totals.user_class = classes.user_class
order by periods.period, classes.user_class desc
