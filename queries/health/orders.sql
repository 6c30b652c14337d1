-- Which orders of the shop does a report leave out, or tell from the others?
-- Grain: one check and currency. `amount` is the total of the orders affected, as placed.
create view health.orders as
with named as (
    select distinct customer_id
    from customers
),
placed as (
    select
        orders.currency,
        count(*) as orders,
        sum(orders.total) as total,
        count(case when orders.customer_id is null then 1 end) as guests,
        sum(case when orders.customer_id is null then orders.total end) as guests_total,
        count(case when orders.customer_id is not null and named.customer_id is null then 1 end)
            as strangers,
        sum(case when orders.customer_id is not null and named.customer_id is null
            then orders.total end) as strangers_total,
        count(case when orders.is_test then 1 end) as tests,
        sum(case when orders.is_test then orders.total end) as tests_total,
        count(case when orders.kind = 'unlinked_return' then 1 end) as returns,
        sum(case when orders.kind = 'unlinked_return' then orders.total end) as returns_total,
        count(case when orders.channel is null then 1 end) as channelless,
        sum(case when orders.channel is null then orders.total end) as channelless_total,
        count(case when orders.source is null then 1 end) as sourceless,
        sum(case when orders.source is null then orders.total end) as sourceless_total
    from base.restated_orders as orders
    left join named on named.customer_id = orders.customer_id
    group by orders.currency
),
counted as (
    select
        checks.step_number,
        checks.check,
        checks.subject,
        case checks.check
            when 'guests' then placed.guests
            when 'unknown_customers' then placed.strangers
            when 'test_orders' then placed.tests
            when 'unlinked_returns' then placed.returns
            when 'orders_without_channel' then placed.channelless
            else placed.sourceless
        end as affected,
        placed.orders as total,
        coalesce(
            case checks.check
                when 'guests' then placed.guests_total
                when 'unknown_customers' then placed.strangers_total
                when 'test_orders' then placed.tests_total
                when 'unlinked_returns' then placed.returns_total
                when 'orders_without_channel' then placed.channelless_total
                else placed.sourceless_total
            end,
            0) as amount,
        placed.currency,
        checks.message
    from placed
    cross join (values
        (5, 'guests', 'orders',
            'orders without a customer: no conversation and no activity earns them'),
        (5, 'unknown_customers', 'orders',
            'orders of a customer_id that is not in customers: they have no name, and a merged record is two customers; import the customers'),
        (5, 'test_orders', 'orders',
            'tests: no total has them, and the ledgers say test_order'),
        (5, 'unlinked_returns', 'orders',
            'returns that name no order which is there in their currency: they lower no sale; fill in original_order_id'),
        (5, 'orders_without_channel', 'orders',
            'orders without a channel: conversational_commerce does not count them'),
        (5, 'orders_without_source', 'orders',
            'orders without a source: sales_insights does not count them as the bot''s, but where no order has one it counts the whole shop; clienteling takes them for sales of a store')
    ) as checks (step_number, check, subject, message)
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
