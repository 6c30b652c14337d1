-- What did each product sell, and what part of an order was no product's?
-- Grain: one line of an order in scope, and, as the product `(unallocated)`, what is left of each
-- order: shipping, tax, changes after the sale, rounding between currencies. So the amounts of an
-- order sum to its amount. A discount of the order is divided among its lines by their value, to
-- the cent: the largest remainders round up, of equal ones the earlier line.
create materialized view sales_insights.sold_products
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
with sold as (
    select
        order_id,
        ordered_at,
        currency,
        channel,
        amount
    from sales_insights.scoped_orders
    where reason = 'in_scope'
),
discounts as (
    select
        order_id,
        first_value(discount order by ingested_at desc nulls last) as discount
    from orders
    group by order_id
),
lines as (
    select
        order_id,
        line_number,
        first_value(product_id order by quantity desc, net_amount desc, product_id) as product_id,
        first_value(quantity order by quantity desc, net_amount desc, product_id) as quantity,
        first_value(net_amount order by quantity desc, net_amount desc, product_id) as net_amount
    from order_lines
    group by order_id, line_number
),
valued as (
    select
        sold.order_id,
        sold.ordered_at,
        sold.currency,
        sold.channel,
        lines.line_number,
        lines.product_id,
        lines.quantity,
        lines.net_amount,
        -- In cents. What was given back on the same ticket bears no part of the discount.
        cast(greatest(lines.net_amount, 0) * 100 as decimal(18, 0)) as line_value,
        cast(floor(greatest(coalesce(discounts.discount, 0), 0) * 100) as decimal(18, 0))
            as discount,
        cast(null as decimal(18, 2)) as order_amount
    from sold
    join lines on lines.order_id = sold.order_id
    left join discounts on discounts.order_id = sold.order_id
    union all
    -- The order itself, among its lines, becomes what they leave of it.
    select
        order_id,
        ordered_at,
        currency,
        channel,
        cast(null as bigint) as line_number,
        '(unallocated)' as product_id,
        0 as quantity,
        0 as net_amount,
        0 as line_value,
        0 as discount,
        amount as order_amount
    from sold
),
summed as (
    select
        *,
        cast(sum(line_value) over (partition by order_id, ordered_at) as decimal(18, 0))
            as order_value
    from valued
),
capped as (
    select
        *,
        -- Nothing is sold for less than nothing; a larger discount is of the shipping.
        least(discount, order_value) as discount_cents,
        least(discount, order_value) * line_value % nullif(order_value, 0) as remainder
    from summed
),
shared as (
    select
        *,
        coalesce((discount_cents * line_value - remainder) / nullif(order_value, 0), 0)
            as share_cents
    from capped
),
ranked as (
    select
        *,
        discount_cents - sum(share_cents) over (partition by order_id, ordered_at) as cents_left,
        row_number() over (
            partition by order_id, ordered_at
            order by remainder desc nulls last, line_number
        ) as place
    from shared
),
allocated as (
    select
        *,
        convert(
            net_amount - cast(
                (share_cents + case when place <= cents_left then 1 else 0 end) * 0.01
                as decimal(18, 2)),
            currency,
            ordered_at
        ) as line_amount
    from ranked
),
footed as (
    select
        *,
        sum(coalesce(order_amount, -line_amount)) over (partition by order_id, ordered_at)
            as rest
    from allocated
),
entries as (
    select
        order_id,
        ordered_at,
        channel,
        line_number,
        product_id,
        quantity,
        case when order_amount is null then line_amount else rest end as amount
    from footed
    where order_amount is null or rest <> 0
)
select
    entries.order_id,
    entries.ordered_at,
    entries.channel,
    entries.line_number,
    entries.product_id,
    case when entries.product_id = '(unallocated)' then entries.product_id else products.name end
        as product,
    case when entries.product_id = '(unallocated)' then entries.product_id
        else products.category end as category,
    entries.quantity,
    entries.amount
from entries
left join products on products.product_id = entries.product_id
