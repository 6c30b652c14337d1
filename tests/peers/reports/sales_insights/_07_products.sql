-- Each line of an order less its part of the order's discount, and what no line sold.
create macro goods(scope := 'bot', channels := null, amount_basis := 'gross') as table
with sales as (
    select s.*, cast(coalesce(o.discount, 0) * 100 as hugeint) as discount
    from scoped(scope := scope, channels := channels, amount_basis := amount_basis) as s
    join latest_orders as o using (order_id)
    where reason = 'in_scope'
),
-- What is given back on the ticket bears no discount, and no line is sold for less than nothing.
lines as (
    select
        sales.* exclude (discount),
        l.line_number,
        l.product_id,
        l.quantity,
        l.net_amount,
        cast(greatest(l.net_amount, 0) * 100 as hugeint) as worth,
        nullif(sum(worth) over (partition by order_id), 0) as all_worth,
        least(discount, coalesce(all_worth, 0)) as discount
    from sales
    join latest_lines as l using (order_id)
),
-- Whole cents first, then a cent each to those who lost most by that.
cut as (
    select
        *,
        coalesce(discount * worth // all_worth, 0) as whole,
        row_number() over (
            partition by order_id order by discount * worth % all_worth desc, line_number
        ) as place
    from lines
),
owed as (
    select
        *,
        whole + if(place <= discount - sum(whole) over (partition by order_id), 1, 0) as cents
    from cut
),
priced as (
    select
        order_id,
        ordered_at,
        channel,
        line_number,
        product_id,
        quantity,
        in_shop_currency(cast(net_amount - cents * 0.01 as decimal(18, 2)), currency, ordered_at) as worth
    from owed
),
rest as (
    select order_id, amount - coalesce(sum(priced.worth), 0) as worth
    from sales
    left join priced using (order_id)
    group by order_id, amount
)
select
    order_id,
    ordered_at,
    channel,
    line_number,
    product_id,
    products.name as product,
    products.category,
    quantity,
    worth as amount
from priced
left join products using (product_id)
union all
select order_id, ordered_at, channel, null, '(unallocated)', '(unallocated)', '(unallocated)', 0, worth
from rest
join sales using (order_id)
where worth <> 0;
