-- The tiles, graphs and tables of a period, each with what the parameters change.
create macro tiles(
    scope := 'bot',
    channels := null,
    amount_basis := 'gross',
    intent_events := 'add_to_cart, product_click, begin_checkout',
    gap := interval '24 hours',
    web_gap := interval '30 minutes'
) as table
with sales as materialized (
    from scoped(scope := scope, channels := channels, amount_basis := amount_basis)
    where reason = 'in_scope'
),
held as materialized (
    from chat_results(
        scope := scope, channels := channels, intent_events := intent_events, gap := gap, web_gap := web_gap
    )
),
counted as (
    select
        period,
        (
            select count(*) from held where started_at >= period_start and started_at < period_end
        ) as chats,
        (
            select count(*)
            from held
            where started_at >= period_start and started_at < period_end and has_intent
        ) as pre_purchased,
        (
            select count(*)
            from held
            where started_at >= period_start and started_at < period_end and has_order
        ) as with_order,
        (
            select count(distinct order_id)
            from sales
            where ordered_at >= period_start and ordered_at < period_end
        ) as orders,
        (
            select coalesce(sum(amount), 0)
            from sales
            where ordered_at >= period_start and ordered_at < period_end
        ) as revenue
    from periods
)
select
    period,
    pre_purchased as pre_purchased_sessions,
    orders as total_orders,
    revenue as revenue_generated,
    ratio(orders, pre_purchased) as conversion_rate,
    ratio(with_order, chats) as session_conversion_rate,
    ratio(revenue, chats) as revenue_per_chat
from counted;

create macro user_classes(
    scope := 'bot', basis := 'first_seen', channels := null, amount_basis := 'gross'
) as table
with classed as (
    select
        period,
        if(known_since >= period_start, 'new', 'existing') as user_class,
        user_id,
        order_id,
        amount
    from periods
    join buyers(
        scope := scope, basis := basis, channels := channels, amount_basis := amount_basis
    ) as b on b.ordered_at >= period_start and b.ordered_at < period_end
)
select
    periods.period,
    class as user_class,
    count(distinct user_id) as users,
    count(distinct order_id) as total_orders,
    coalesce(sum(amount), 0) as revenue_generated
from periods
cross join unnest(['new', 'existing']) as t(class)
left join classed on classed.period = periods.period and user_class = class
group by periods.period, class;

create macro product_table(
    scope := 'bot', grain := 'product', channels := null, amount_basis := 'gross'
) as table
with displays as (
    select
        period,
        case when grain = 'product' then product_id end as product_id,
        category,
        count(distinct coalesce(message_id || ' ' || product_id, event_id)) as shown
    from periods
    join site on occurred_at >= period_start and occurred_at < period_end
    left join products using (product_id)
    where event_type = 'product_shown' and product_id is not null
    group by all
),
sales as (
    select
        period,
        case when grain = 'product' then product_id end as product_id,
        category,
        sum(quantity) as units_sold,
        sum(amount) as sales
    from periods
    join goods(scope := scope, channels := channels, amount_basis := amount_basis) as g
        on ordered_at >= period_start and ordered_at < period_end
    group by all
)
select
    coalesce(d.period, s.period) as period,
    coalesce(d.product_id, s.product_id) as product_id,
    if(s.product_id = '(unallocated)', s.product_id, if(grain = 'product', products.name, null)) as product,
    coalesce(d.category, s.category) as category,
    coalesce(shown, 0) as shown,
    coalesce(units_sold, 0) as units_sold,
    coalesce(sales, 0) as sales
from displays as d
full join sales as s
    on s.period = d.period
    and s.product_id is not distinct from d.product_id
    and s.category is not distinct from d.category
left join products on products.product_id = coalesce(d.product_id, s.product_id);

create macro page_conversion(purchase_window := interval '7 days', same_product := false) as table
select
    period,
    count(distinct contact_id) as visitors,
    count(distinct contact_id) filter (where purchased) as purchasers,
    ratio(purchasers, visitors) as conversion_rate
from periods
left join visits(purchase_window := purchase_window, same_product := same_product) as v
    on visited_at >= period_start and visited_at < period_end
group by period;
