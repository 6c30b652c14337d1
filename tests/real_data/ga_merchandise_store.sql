-- What the reports must say of the Google Merchandise Store, from their definitions, on the files
-- as they came. $data is their folder. All times are UTC; all of it is one day in Los Angeles.

create table ga_session as
select visitor_id || '-' || visit_id as session_id, *
from '$data/ga3_sessions.parquet';

create table hit as
select visitor_id || '-' || visit_id as session_id, *
from '$data/ga3_hits.parquet';

create table hit_product as
select visitor_id || '-' || visit_id as session_id, *
from '$data/ga3_hit_products.parquet';

create table impression as
select visitor_id || '-' || visit_id as session_id, *
from '$data/ga3_product_impressions.parquet';

create table mark as
select
    session_id as marked,
    list_position(['view_item', 'add_to_cart', 'checkout', 'purchase'], action) as mark_step,
    hit_number as mark_number,
    hit_at as mark_at
from hit
where action in ('view_item', 'add_to_cart', 'checkout', 'purchase');

create macro earliest(session, step, after) as (
    select min(mark_number)
    from mark
    where marked = session and mark_step = step and mark_number > after
);

create macro latest(session, step, before) as (
    select max(mark_number)
    from mark
    where marked = session and mark_step = step and mark_number < before
);

-- As soon as can be: the n-th step of a session is the first hit of its kind after the step before.
create table soonest as
with viewed as (
    select session_id, min(hit_number) as first
    from hit
    where action = 'view_item'
    group by session_id
),
carted as (
    select *, earliest(session_id, 2, first) as second from viewed
),
checked_out as (
    select *, earliest(session_id, 3, second) as third from carted
)
select *, earliest(session_id, 4, third) as fourth from checked_out;

-- Of the ways that get as far as soon, that with the latest start, and from there as soon as can
-- be.
create table way as
with started as (
    select
        session_id,
        case
            when second is null then first
            when third is null then latest(session_id, 1, second)
            when fourth is null then latest(session_id, 1, latest(session_id, 2, third))
            else latest(session_id, 1, latest(session_id, 2, latest(session_id, 3, fourth)))
        end as started_with,
        1 + (second is not null)::int + (third is not null)::int + (fourth is not null)::int
            as steps
    from soonest
),
carted as (
    select *, earliest(session_id, 2, started_with) as second from started
),
checked_out as (
    select *, earliest(session_id, 3, second) as third from carted
),
bought as (
    select *, earliest(session_id, 4, third) as fourth from checked_out
)
select session_id, steps, [started_with, second, third, fourth][:steps] as hit_numbers
from bought;

-- A purchase is at its first hit, and has the amount of that hit; the order has all of them.
create table purchase as
select
    transaction_id as order_id,
    any_value(visitor_id) as visitor_id,
    min(hit_at) as ordered_at,
    first(transaction_revenue order by hit_at, hit_number) as amount,
    sum(transaction_revenue) as total,
    count(*) as purchase_events
from hit
where transaction_id is not null
group by transaction_id;

create table checkout as
select session_id, hit_number, visitor_id, hit_at as began_at
from hit
where action = 'checkout' and checkout_step = 1;

create table click as
select session_id as click_id, visitor_id, channel, started_at as clicked_at
from ga_session
where channel <> 'Direct';

-- The last click of the browser up to then. One day is within any lookback.
create table earned as
select purchase.*, click.click_id, click.channel, click.clicked_at
from purchase
asof left join click
    on click.visitor_id = purchase.visitor_id and click.clicked_at <= purchase.ordered_at;

create table begun as
select checkout.*, click.click_id, click.channel
from checkout
asof join click
    on click.visitor_id = checkout.visitor_id and click.clicked_at <= checkout.began_at;

create macro journey() as table
select * from (values
    (1, 'link_clicks', (select count(*) from click)),
    (2, 'checkout_started', (select count(*) from begun)),
    (3, 'purchase_completed', (select count(*) from earned where click_id is not null))
) as steps (step_number, step, count);

create macro funnel() as table
select * from (values
    (1, 'link_clicks', (select count(distinct visitor_id) from click)),
    (2, 'checkout_started', (select count(distinct visitor_id) from begun)),
    (3, 'purchase_completed', (
        select count(distinct earned.visitor_id)
        from earned
        join begun
            on begun.visitor_id = earned.visitor_id and begun.began_at <= earned.ordered_at
        where earned.click_id is not null
    ))
) as steps (step_number, step, count);

create macro rated(steps) as table
select
    step_number,
    step,
    count,
    count::double / lag(count) over (order by step_number) as step_rate,
    count::double / first(count) over (order by step_number) as overall_rate
from query_table(steps);

create macro channels() as table
with clicks as (
    select channel, count(*) as link_clicks
    from click
    group by channel
),
checkouts as (
    select channel, count(*) as checkouts_started
    from begun
    group by channel
),
sold as (
    select
        channel,
        count(*) as orders,
        sum(amount) as revenue,
        sum(total) as net_revenue,
        count(distinct click_id) as converting_clicks,
        sum(purchase_events) as purchase_events
    from earned
    where click_id is not null
    group by channel
)
select
    channel,
    link_clicks,
    coalesce(checkouts_started, 0),
    coalesce(orders, 0),
    coalesce(revenue, 0),
    coalesce(net_revenue, 0),
    coalesce(converting_clicks, 0),
    coalesce(purchase_events, 0),
    coalesce(converting_clicks, 0)::double / link_clicks
from clicks
left join checkouts using (channel)
left join sold using (channel);

-- What most hits say, of equal ones the first in the alphabet.
create table category as
select sku, arg_min(category, (-hits, category)) as category
from (
    select sku, category, count(*) as hits
    from hit_product
    where category <> '(not set)' and not contains(category, '{')
    group by sku, category
)
group by sku;

create table sold as
select transaction_id as order_id, sku, quantity, hit_product.revenue
from hit_product
join hit using (session_id, hit_number)
where hit_product.action_type = 6 and quantity is not null;

create table product as
with shown as (
    select sku, count(*) as shown
    from impression
    group by sku
),
units as (
    select sku, sum(quantity) as units_sold, sum(revenue) as sales
    from sold
    group by sku
),
named as (
    select sku, any_value(name) as name
    from hit_product
    group by sku
)
select
    sku,
    name,
    category,
    coalesce(shown, 0) as shown,
    coalesce(units_sold, 0) as units_sold,
    coalesce(sales, 0) as sales
from shown
full join units using (sku)
left join named using (sku)
left join category using (sku)
union all
-- Of an order, what no product has.
select '(unallocated)', '(unallocated)', '(unallocated)', 0, 0,
    (select sum(total) from purchase) - (select sum(revenue) from sold);
