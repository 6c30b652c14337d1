-- What the reports must say of Online Retail, from their definitions, on the files as they came.
-- $data is their folder. A local time is that of London; an instant is UTC without a zone.

create macro instant(local) as (local at time zone 'Europe/London') at time zone 'UTC';
create macro local_time(instant) as (instant at time zone 'UTC') at time zone 'Europe/London';

-- In whole pennies.
create table line as
select
    invoice_no as order_id,
    line_no,
    stock_code as product_id,
    quantity,
    round(amount, 2)::decimal(18, 2) as amount
from '$data/order_lines.parquet'
where kind <> 'bad_debt_adjustment';

create table invoice as
select
    invoice_no as order_id,
    kind,
    customer_id::varchar as customer_id,
    ordered_at as local_at,
    instant(ordered_at) as ordered_at,
    ordered_at::date as day,
    units,
    (select sum(line.amount) from line where line.order_id = invoice_no) as total,
    -- Stock that was written off is an invoice for less than nothing that costs nothing.
    kind = 'sale' and units < 0 as is_stock
from '$data/orders.parquet'
where kind <> 'bad_debt_adjustment';

create table sale as from invoice where kind = 'sale';

create table first_sale as
select customer_id, min(local_at) as first_at, arg_min(order_id, (local_at, order_id)) as order_id
from sale
where customer_id is not null
group by customer_id;

create macro scoped_orders(channel) as table
select
    order_id,
    customer_id,
    ordered_at,
    'GBP' as currency,
    total as order_total,
    case when is_stock then 'stock' else 'web' end as channel,
    'all' as scope,
    case
        when kind = 'cancellation' then 'unlinked_return'
        when channel = 'web' and is_stock then 'other_channel'
        else 'in_scope'
    end as reason,
    case when reason = 'in_scope' then total end as amount
from invoice;

-- The grain is the test's: it knows what the report must choose for so many days.
create macro bucket(instant, grain) as
    case grain
        when 'hour' then date_trunc('hour', instant)
        else instant(date_trunc(grain, local_time(instant)))
    end;

create macro periodic_sales(first_day, next_day, grain) as table
with buckets as (
    select distinct bucket(hour, grain) as bucket_start
    from range(
        instant(first_day::timestamp), instant(next_day::timestamp), interval 1 hour
    ) as hours (hour)
),
sold as (
    select bucket(ordered_at, grain) as bucket_start, count(*) as orders, sum(total) as revenue
    from sale
    where day >= first_day and day < next_day
    group by bucket_start
)
select bucket_start, coalesce(orders, 0) as total_orders, coalesce(revenue, 0) as revenue_generated
from buckets
left join sold using (bucket_start);

create macro new_vs_existing(first_day, next_day) as table
with bought as (
    select
        coalesce(customer_id, 'guest ' || sale.order_id) as user_id,
        case when coalesce(first_at, local_at) >= first_day then 'new' else 'existing' end
            as user_class,
        total
    from sale
    left join first_sale using (customer_id)
    where day >= first_day and day < next_day
)
select
    user_class,
    count(distinct user_id) as users,
    count(user_id) as total_orders,
    coalesce(sum(total), 0) as revenue_generated
from (values ('new'), ('existing')) as classes (user_class)
left join bought using (user_class)
group by user_class;

create macro buyer_classes() as table
with classed as (
    select
        date_trunc('month', day) as month,
        case when customer_id is null or first_sale.order_id is not null then 'first_order'
            else 'repeat' end as buyer_class,
        total
    from sale
    left join first_sale using (customer_id, order_id)
)
select month, buyer_class, count(*) as total_orders, sum(total) as revenue_generated
from classed
group by rollup (month, buyer_class);

-- By month, or of the period as a whole.
create macro sold_products(first_day, next_day) as table
select
    date_trunc('month', day) as month,
    product_id,
    description as product,
    sum(quantity) as units_sold,
    sum(amount) as sales
from line
join sale using (order_id)
join '$data/products.parquet' on stock_code = product_id
where day >= first_day and day < next_day
group by all;

create table captured as
with lines_of_order as (
    select order_id, sum(quantity) as items, sum(amount) as amount
    from line
    group by order_id
)
select
    order_id,
    ordered_at as captured_at,
    day,
    total as order_total,
    items,
    case
        when kind = 'cancellation' then 'return'
        when is_stock then 'other_channel'
        else 'counted'
    end as reason,
    case when reason = 'counted' then total end as revenue,
    case when reason = 'counted' then amount end as item_revenue
from invoice
join lines_of_order using (order_id);

create macro sales_performance(first_day, next_day) as table
with totals as (
    select
        sum(revenue)::double as revenue,
        count(*)::double as orders,
        sum(items)::double as items,
        sum(item_revenue)::double as item_revenue
    from captured
    where reason = 'counted' and day >= first_day and day < next_day
)
select unnest(map_entries(map {
    'total_revenue': revenue,
    'total_orders': orders,
    'average_ticket': revenue / orders,
    'items_per_order': items / orders,
    'average_price_per_item': item_revenue / items
}), recursive := true)
from totals;

-- As if the source said it: a cancellation is of the customer's last sale before it that was worth
-- as much.
create table guess as
select
    cancellation.order_id as return_id,
    cancellation.total as amount,
    cancellation.ordered_at as returned_at,
    arg_max(sale.order_id, (sale.local_at, sale.order_id)) as original_id
from invoice as cancellation
join sale
    on sale.customer_id = cancellation.customer_id
    and sale.local_at < cancellation.local_at
    and sale.total >= -cancellation.total
where cancellation.kind = 'cancellation'
group by all;

create macro restated_orders() as table
with given_back as (
    select original_id as order_id, sum(amount) as amount, max(returned_at) as last_at
    from guess
    group by original_id
)
select
    invoice.order_id,
    invoice.total,
    case
        when kind = 'sale' then 'sale'
        when guess.return_id is not null then 'return'
        else 'unlinked_return'
    end as kind,
    coalesce(given_back.amount, -guess.amount, 0) as adjusted_by,
    coalesce(given_back.last_at, guess.returned_at) as last_changed_at
from invoice
left join given_back using (order_id)
left join guess on guess.return_id = invoice.order_id;
