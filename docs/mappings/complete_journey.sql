-- The Complete Journey as fact tables. Paths are relative to the folder of its files; the zone of
-- the session, which decides when a day began, must be America/New_York.
create external table transactions stored as parquet location 'transactions.parquet';
create external table households stored as parquet location 'households.parquet';
create external table campaigns stored as parquet location 'campaigns.parquet';
create external table campaign_recipients
    stored as parquet location 'campaign_recipients.parquet';
create external table coupon_redemptions
    stored as parquet location 'coupon_redemptions.parquet';
create external table product_list stored as parquet location 'products.parquet';

-- One basket is one order. The files have a sample of the lines, so a total is that of the lines
-- which are there.
create temporary view journey.orders as
select
    cast(basket_id as varchar) as order_id,
    cast(min(household_id) as varchar) as customer_id,
    min(transaction_timestamp) at time zone 'UTC' as ordered_at,
    'USD' as currency,
    sum(sales_value) as total,
    cast(min(store_id) as varchar) as store_id,
    'pos' as source
from transactions
group by basket_id;

-- The lines have no number. Lines that are equal in everything ordered by here are equal.
create temporary view journey.order_lines as
select
    cast(basket_id as varchar) as order_id,
    row_number() over (
        partition by basket_id
        order by product_id, quantity, sales_value, retail_disc, coupon_disc, coupon_match_disc
    ) as line_number,
    cast(product_id as varchar) as product_id,
    quantity,
    sales_value as net_amount
from transactions;

-- Demographics, where known, stay as columns of their own.
create temporary view journey.customers as
select
    cast(known.household_id as varchar) as customer_id,
    households.age,
    households.income,
    households.home_ownership,
    households.marital_status,
    households.household_size,
    households.household_comp,
    households.kids_count
from (
    select household_id from transactions
    union
    select household_id from campaign_recipients
    union
    select household_id from households
) as known
left join households on households.household_id = known.household_id;

create temporary view journey.products as
select
    cast(product_id as varchar) as product_id,
    product_type as name,
    product_category as category,
    department,
    brand
from product_list;

create temporary view journey.stores as
select distinct
    cast(store_id as varchar) as store_id,
    'America/New_York' as timezone
from transactions;

-- A mailing is the store's own act. It is dated by the day its campaign begins. A redemption is
-- the client's act and has a day only: it is dated by the beginning of that day, which is before
-- the purchase it belongs to.
create temporary view journey.activities as
select
    concat('mailing-', campaigns.campaign_id, '-', campaign_recipients.household_id)
        as activity_id,
    cast(campaign_recipients.household_id as varchar) as customer_id,
    'campaign_mailing' as activity_type,
    local_midnight(campaigns.start_date) as occurred_at,
    'outbound' as direction,
    'completed' as status,
    true as automated,
    cast(campaigns.campaign_id as varchar) as campaign_id
from campaign_recipients
join campaigns on campaigns.campaign_id = campaign_recipients.campaign_id
union all
select
    concat('redemption-', household_id, '-', coupon_upc, '-', campaign_id, '-', redemption_date)
        as activity_id,
    cast(household_id as varchar) as customer_id,
    'coupon_redemption' as activity_type,
    local_midnight(redemption_date) as occurred_at,
    'inbound' as direction,
    'completed' as status,
    false as automated,
    cast(campaign_id as varchar) as campaign_id
from coupon_redemptions;
