-- Do the lines make up the orders?
-- Grain: one check and currency, each line once; lines of no order have none. `amount` is the total
-- of the orders, or what the lines say more than the orders.
create view health.order_lines as
with versions as (
    select
        order_id,
        net_amount,
        row_number() over (
            partition by order_id, line_number
            order by quantity desc, net_amount desc
        ) as version
    from order_lines
),
lines as (
    select
        order_id,
        count(*) as lines,
        sum(net_amount) as net_amount
    from versions
    where version = 1
    group by order_id
),
placed as (
    select
        order_id,
        first_value(currency order by ingested_at desc nulls last) as currency,
        first_value(total order by ingested_at desc nulls last) as total,
        first_value(subtotal order by ingested_at desc nulls last) as subtotal
    from orders
    group by order_id
),
of_orders as (
    select
        placed.currency,
        count(*) as orders,
        count(case when lines.order_id is null then 1 end) as bare,
        coalesce(sum(case when lines.order_id is null then placed.total end), 0) as bare_total,
        count(case when lines.net_amount <> placed.subtotal then 1 end) as others,
        coalesce(sum(lines.net_amount - placed.subtotal), 0) as others_amount,
        count(lines.net_amount - placed.subtotal) as compared
    from placed
    left join lines on lines.order_id = placed.order_id
    group by placed.currency
),
of_lines as (
    select
        coalesce(sum(case when placed.order_id is null then lines.lines end), 0) as strays,
        coalesce(sum(lines.lines), 0) as lines
    from lines
    left join placed on placed.order_id = lines.order_id
),
counted as (
    select
        checks.step_number,
        checks.check,
        checks.subject,
        case checks.check when 'orders_without_lines' then of_orders.bare
            else of_orders.others end as affected,
        case checks.check when 'orders_without_lines' then of_orders.orders
            else of_orders.compared end as total,
        case checks.check when 'orders_without_lines' then of_orders.bare_total
            else of_orders.others_amount end as amount,
        of_orders.currency,
        checks.message
    from of_orders
    cross join (values
        (5, 'orders_without_lines', 'order_lines',
            'orders without a line: they are revenue of no product, and sell no items'),
        (5, 'other_subtotals', 'order_lines',
            'orders whose lines do not add up to their subtotal: products and items may be missing; the rest is (unallocated)')
    ) as checks (step_number, check, subject, message)
    union all
    select
        checks.step_number,
        checks.check,
        checks.subject,
        of_lines.strays as affected,
        of_lines.lines as total,
        checks.amount,
        checks.currency,
        checks.message
    from of_lines
    cross join (values
        (5, 'lines_of_unknown_orders', 'order_lines', null, null,
            'lines of an order that is not in orders: no report counts them; import the orders')
    ) as checks (step_number, check, subject, amount, currency, message)
)
select
    step_number,
    check,
    subject,
    case when affected > 0 then 'warning' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    amount,
    currency,
    message
from counted
