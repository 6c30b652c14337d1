-- The tiles, chart and tables, by the readings of their parameters.
create macro clicks_in_periods(lookback, model) as table
select *
from periods
join click_outcomes(lookback, model) on clicked_at >= period_start and clicked_at < period_end;

create macro orders_in_periods(lookback, model) as table
select *
from periods
join ledger(lookback, model) on ordered_at >= period_start and ordered_at < period_end
where reason = 'credited';

create macro overview_of(lookback, model, creators, basis) as table
with parts as (
    select
        period,
        (
            select count(distinct order_id)
            from orders_in_periods(lookback, model) as placed
            where placed.period = periods.period
        ) as orders,
        (
            select coalesce(sum(amount), 0)
            from orders_in_periods(lookback, model) as placed
            where placed.period = periods.period
        ) as revenue,
        (
            select count(distinct click_id)
            from orders_in_periods(lookback, model) as placed
            where placed.period = periods.period
        ) as clicks_of_orders,
        (
            select count(*)
            from clicks_in_periods(lookback, model) as clicked
            where clicked.period = periods.period and converted
        ) as converted_clicks,
        (
            select count(*)
            from clicks_in_periods(lookback, model) as clicked
            where clicked.period = periods.period
        ) as link_clicks,
        (
            select count(*)
            from clicks_in_periods(lookback, model) as clicked
            where clicked.period = periods.period and immature
        ) as immature_clicks,
        (
            select count(*)
            from created_links(creators)
            where created_at >= period_start and created_at < period_end
        ) as links_created
    from periods
)
select
    period,
    orders,
    revenue,
    ratio(revenue, orders) as average_order_value,
    ratio(if(basis = 'event_time', clicks_of_orders, converted_clicks), link_clicks) as conversion_rate,
    links_created,
    link_clicks,
    ratio(link_clicks, links_created) as click_through_rate,
    basis = 'click_cohort' and immature_clicks > 0 as immature
from parts;

create table steps(step_number, step) as
values (1, 'link_clicks'), (2, 'checkout_started'), (3, 'purchase_completed');

create macro journey(lookback, model) as table
with counted as (
    select
        period,
        step_number,
        step,
        case step_number
            when 1 then (
                select count(*)
                from clicks
                where clicked_at >= period_start and clicked_at < period_end
            )
            when 2 then (
                select count(*)
                from checkouts_after(lookback)
                where began_at >= period_start and began_at < period_end
            )
            when 3 then (
                select count(distinct order_id)
                from orders_in_periods(lookback, model) as placed
                where placed.period = periods.period
            )
        end as count
    from periods
    cross join steps
)
select
    period,
    step_number,
    step,
    count,
    ratio(count, lag(count) over (partition by period order by step_number)) as step_rate,
    ratio(count, first(count) over (partition by period order by step_number)) as overall_rate
from counted;

create macro contact_funnel(lookback, model) as table
with counted as (
    select
        period,
        step_number,
        step,
        (
            select count(distinct contact_id)
            from funnel(lookback, model) as reached
            where reached.step_number = steps.step_number
              and clicked_at >= period_start and clicked_at < period_end
        ) as count
    from periods
    cross join steps
)
select
    period,
    step_number,
    step,
    count,
    ratio(count, lag(count) over (partition by period order by step_number)) as step_rate,
    ratio(count, first(count) over (partition by period order by step_number)) as overall_rate
from counted;

-- Best first; without an id, last; of equal ones the lesser id.
create macro leaderboard(by_id, by_name, lookback, model, basis) as table
with clicked as (
    select
        period,
        by_id as id,
        by_name as name,
        count(*) as link_clicks,
        count(*) filter (converted) as converted_clicks,
        count(*) filter (immature) as immature_clicks
    from clicks_in_periods(lookback, model)
    group by all
),
placed as (
    select
        period,
        by_id as id,
        by_name as name,
        count(distinct order_id) as orders,
        sum(amount) as revenue,
        count(distinct click_id) as clicks_of_orders
    from orders_in_periods(lookback, model)
    group by all
),
lines as (
    select
        coalesce(clicked.period, placed.period) as period,
        coalesce(clicked.id, placed.id) as id,
        coalesce(clicked.name, placed.name) as name,
        coalesce(revenue, 0) as revenue,
        coalesce(orders, 0) as orders,
        coalesce(link_clicks, 0) as link_clicks,
        ratio(
            if(basis = 'event_time', coalesce(clicks_of_orders, 0), coalesce(converted_clicks, 0)),
            coalesce(link_clicks, 0)
        ) as conversion_rate,
        basis = 'click_cohort' and coalesce(immature_clicks, 0) > 0 as immature
    from clicked
    full join placed
      on placed.period = clicked.period
     and placed.id is not distinct from clicked.id
)
select
    period,
    row_number() over (
        partition by period
        order by id is null, revenue desc, orders desc, link_clicks desc, conversion_rate desc nulls last, id
    ) as rank,
    id,
    name,
    revenue,
    orders,
    link_clicks,
    conversion_rate,
    immature
from lines;

-- What one reading of "converted" counts of a click, the other counts of the order it led to.
create macro entries_of(lookback, model, creators, basis) as table
with named as (
    select created_at as entered_at, described.* exclude (created_at, creator_type, channel)
    from created_links(creators) as described
    union all by name
    select
        clicked_at as entered_at,
        outcome.* exclude (clicked_at, contact_id, link_id, creator_type, channel, converted) replace (
            immature and basis = 'click_cohort' as immature
        ),
        if(converted and basis = 'click_cohort', click_id, null) as converted
    from click_outcomes(lookback, model) as outcome
    union all by name
    select
        ordered_at as entered_at,
        team_id,
        team,
        agent_id,
        agent,
        product_id,
        product,
        order_id,
        amount,
        if(basis = 'event_time', click_id, null) as converted
    from ledger(lookback, model)
    where reason = 'credited'
)
select
    entered_at, team_id, team, agent_id, agent, product_id, product, link_id, click_id, converted,
    order_id, amount, coalesce(immature, false) as immature
from named;
