-- What the clienteling report must say, from its definition, on the files as they came.
-- $data is their folder. Every instant here is UTC without a zone.

create table sale as
select
    basket_id::varchar as order_id,
    any_value(household_id) as household_id,
    any_value(transaction_timestamp) as sold_at,
    ((any_value(transaction_timestamp) at time zone 'UTC') at time zone 'America/New_York')::date
        as day,
    sum(sales_value) as amount
from '$data/transactions.parquet'
group by basket_id;

create table touch as
select
    'mailing-' || campaign_id || '-' || household_id as activity_id,
    household_id,
    'campaign_mailing' as activity_type,
    true as automated,
    (start_date::timestamp at time zone 'America/New_York') at time zone 'UTC' as touched_at
from '$data/campaign_recipients.parquet' as recipients
join '$data/campaigns.parquet' as campaigns using (campaign_id);

create table redemption as
select
    concat_ws('-', 'redemption', household_id, coupon_upc, campaign_id, redemption_date)
        as activity_id,
    household_id,
    'coupon_redemption' as activity_type,
    false as automated,
    (redemption_date::timestamp at time zone 'America/New_York') at time zone 'UTC' as touched_at
from '$data/coupon_redemptions.parquet';

-- 14 days are 336 hours, both ends included.
create macro related(touches) as table
select
    sale.order_id, sale.sold_at, sale.day, sale.amount,
    touches.activity_id, touches.activity_type, touches.automated, touches.touched_at
from sale
join query_table(touches) as touches
    on touches.household_id = sale.household_id
    and touches.touched_at between sale.sold_at - interval 336 hours and sale.sold_at;

create macro overview(touches, first_day, last_day) as table
with pairs as (
    select * from related(touches) where day between first_day and last_day
),
attributed as (
    select distinct order_id, amount from pairs
)
select
    (select sum(amount) from attributed) as sales_amount,
    (select count(*) from attributed) as sales_count,
    (select count(distinct activity_id) from pairs) as related_activities,
    (select count(distinct activity_type) from pairs) as activity_types,
    (select sum(amount) from attributed)::double
        / (select sum(amount) from sale where day between first_day and last_day)::double
        as attributed_share;

create macro daily(touches) as table
with attributed as (
    select day, count(*) as sales_count, sum(amount) as sales_amount
    from sale
    where order_id in (select order_id from related(touches))
    group by day
),
touched as (
    select day, count(distinct activity_id) as related_activities
    from related(touches)
    group by day
)
select day as date, sales_amount, sales_count, related_activities
from attributed
join touched using (day);

create macro ledger(touches) as table
with touched as (
    select
        order_id,
        count(distinct activity_id) as related_activities,
        bool_and(automated) as automated_only
    from related(touches)
    group by order_id
)
select
    order_id,
    sold_at as purchased_at,
    household_id::varchar as customer_id,
    amount as ticket_amount,
    amount as sale_amount,
    coalesce(related_activities, 0) as related_activities,
    coalesce(automated_only, false) as automated_only,
    case when touched.order_id is null then 'no_touchpoint_in_lookback' else 'credited' end
        as reason
from sale
left join touched using (order_id);

create macro timeline(touches) as table
select order_id, activity_id, activity_type, touched_at as occurred_at, sold_at as purchased_at
from related(touches);
