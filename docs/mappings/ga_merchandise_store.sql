-- A day of the Google Merchandise Store, as GA3 recorded it, as fact tables. Paths are relative to
-- the folder of its files. A visitor is a browser: whose it is nobody knows.
create external table ga_sessions stored as parquet location 'ga3_sessions.parquet';
create external table ga_hits stored as parquet location 'ga3_hits.parquet';
create external table hit_products stored as parquet location 'ga3_hit_products.parquet';
create external table impressions stored as parquet location 'ga3_product_impressions.parquet';

create temporary view store.hits as
select
    concat(visitor_id, '-', visit_id) as session_id,
    -- Sorts as the hits came: some have the same instant.
    concat(visitor_id, '-', visit_id, '-', lpad(cast(hit_number as varchar), 4, '0')) as hit_id,
    visitor_id,
    visit_id,
    hit_number,
    hit_at at time zone 'UTC' as hit_at,
    type,
    action,
    checkout_step,
    page_path,
    transaction_id,
    transaction_revenue
from ga_hits;

-- Every page is a page_view, whatever else happened on it, and every hit is some event. A checkout
-- begins with its first step; the others are pages. Of the hits of a purchase one has the amount.
create temporary view store.web_events as
select
    concat(hit_id, '-page') as event_id,
    'page_view' as event_type,
    hit_at as occurred_at,
    visitor_id,
    session_id,
    cast(null as varchar) as product_id,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    page_path
from store.hits
where type = 'PAGE'
union all
select
    concat(hit_id, '-other') as event_id,
    'other' as event_type,
    hit_at as occurred_at,
    visitor_id,
    session_id,
    cast(null as varchar) as product_id,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    page_path
from store.hits
where type <> 'PAGE' and action is null
union all
select
    concat(hits.hit_id, '-', hits.action) as event_id,
    case hits.action
        when 'view_item' then 'product_view'
        when 'click_list' then 'product_click'
        else hits.action
    end as event_type,
    hits.hit_at as occurred_at,
    hits.visitor_id,
    hits.session_id,
    goods.sku as product_id,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    hits.page_path
from store.hits as hits
join hit_products as goods
    on goods.visitor_id = hits.visitor_id
    and goods.visit_id = hits.visit_id
    and goods.hit_number = hits.hit_number
where hits.action in ('view_item', 'click_list', 'add_to_cart', 'remove_from_cart')
union all
select
    concat(hit_id, '-', action) as event_id,
    case action when 'checkout' then 'begin_checkout' else action end as event_type,
    hit_at as occurred_at,
    visitor_id,
    session_id,
    cast(null as varchar) as product_id,
    transaction_id as order_id,
    transaction_revenue as amount,
    case when transaction_revenue is not null then 'USD' end as currency,
    page_path
from store.hits
where action = 'purchase' or (action = 'checkout' and checkout_step = 1)
union all
select
    concat(hits.hit_id, '-shown-', impressions.sku) as event_id,
    'product_shown' as event_type,
    hits.hit_at as occurred_at,
    hits.visitor_id,
    hits.session_id,
    impressions.sku as product_id,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    hits.page_path
from store.hits as hits
join impressions
    on impressions.visitor_id = hits.visitor_id
    and impressions.visit_id = hits.visit_id
    and impressions.hit_number = hits.hit_number;

-- An order id that was sent with two baskets is an order of both.
create temporary view store.orders as
select
    transaction_id as order_id,
    cast(null as varchar) as customer_id,
    min(hit_at) as ordered_at,
    'USD' as currency,
    sum(transaction_revenue) as total,
    'web' as channel
from store.hits
where transaction_id is not null
group by transaction_id;

-- The revenue of a product has its part of shipping and tax.
create temporary view store.order_lines as
select
    hits.transaction_id as order_id,
    row_number() over (partition by hits.transaction_id order by hits.hit_number, goods.sku)
        as line_number,
    goods.sku as product_id,
    goods.quantity,
    goods.price as unit_price,
    goods.revenue as net_amount
from store.hits as hits
join hit_products as goods
    on goods.visitor_id = hits.visitor_id
    and goods.visit_id = hits.visit_id
    and goods.hit_number = hits.hit_number
where hits.action = 'purchase' and goods.quantity is not null;

-- A product is in the category that most of its hits say. Without a hit it has neither a name nor
-- a category.
create temporary view store.products as
with named as (
    select sku, max(name) as name
    from hit_products
    group by sku
),
categorised as (
    select
        sku,
        category,
        row_number() over (partition by sku order by count(*) desc, category) as place
    from hit_products
    where category <> '(not set)' and category not like '%{%'
    group by sku, category
)
select
    known.sku as product_id,
    named.name,
    categorised.category
from (
    select sku from hit_products
    union
    select sku from impressions
) as known
left join named on named.sku = known.sku
left join categorised on categorised.sku = known.sku and categorised.place = 1;

-- Who came from somewhere followed a link of that channel. Nobody of the store made these links,
-- and they are as old as what is known of them.
create temporary view store.tracking_links as
select
    channel as link_id,
    min(started_at) at time zone 'UTC' as created_at,
    'api' as creator_type,
    channel
from ga_sessions
where channel <> 'Direct'
group by channel;

create temporary view store.link_clicks as
select
    concat(visitor_id, '-', visit_id) as click_id,
    channel as link_id,
    started_at at time zone 'UTC' as clicked_at,
    visitor_id,
    source,
    medium,
    campaign
from ga_sessions
where channel <> 'Direct';

-- The store has no chat. The reports ask for the table, so it is there, empty.
create temporary view store.messages as
select
    cast(null as varchar) as message_id,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as direction,
    cast(null as timestamp) at time zone 'UTC' as sent_at
where false;
