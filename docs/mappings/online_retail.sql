-- Online Retail as fact tables. Paths are relative to the folder of its files.
create external table invoices stored as parquet location 'orders.parquet';
create external table invoice_lines stored as parquet location 'order_lines.parquet';
create external table stock stored as parquet location 'products.parquet';
create external table buyers stored as parquet location 'customers.parquet';

-- Four lines of 541,909 have a tenth of a penny. An amount is what was paid, in whole pennies, and
-- an invoice is worth the sum of its lines.
create temporary view retail.order_lines as
select
    invoice_no as order_id,
    line_no as line_number,
    stock_code as product_id,
    quantity,
    unit_price,
    cast(round(amount, 2) as decimal(18, 2)) as net_amount
from invoice_lines
where kind <> 'bad_debt_adjustment';

-- A cancellation is an invoice of its own: a return that names no sale, because the source names
-- none. An invoice for less than nothing that costs nothing is stock written off, not an order.
create temporary view retail.orders as
select
    invoices.invoice_no as order_id,
    cast(invoices.customer_id as varchar) as customer_id,
    invoices.ordered_at at time zone 'Europe/London' as ordered_at,
    'GBP' as currency,
    valued.total,
    case when invoices.kind = 'sale' and invoices.units < 0 then 'stock' else 'web' end as channel,
    invoices.country
from invoices
join (
    select order_id, sum(net_amount) as total
    from retail.order_lines
    group by order_id
) as valued on valued.order_id = invoices.invoice_no;

-- Bad debt is written off, or not after all, without a word of whose it was: a change of an order
-- that nobody knows.
create temporary view retail.order_adjustments as
select
    invoice_no as adjustment_id,
    invoice_no as order_id,
    'edit' as kind,
    amount,
    ordered_at at time zone 'Europe/London' as occurred_at,
    country
from invoices
where kind = 'bad_debt_adjustment';

create temporary view retail.products as
select stock_code as product_id, description as name
from stock;

create temporary view retail.customers as
select cast(customer_id as varchar) as customer_id, first_country as country
from buyers;

-- The shop has neither a chat nor a record of its site. The reports ask for the tables, so they are
-- there, empty.
create temporary view retail.messages as
select
    cast(null as varchar) as message_id,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as direction,
    cast(null as timestamp) at time zone 'UTC' as sent_at
where false;

create temporary view retail.web_events as
select
    cast(null as varchar) as event_id,
    cast(null as varchar) as event_type,
    cast(null as timestamp) at time zone 'UTC' as occurred_at
where false;
