-- What the sample does not have: ends of windows, deliveries twice, browsers of two people, odd
-- discounts. Written beside the rows of the sample, for both engines to read.
create macro pick(list, n, salt) as list[1 + (n * 1103515245 + salt * 12345) // 65536 % len(list)];

-- Around the messages of some customers: the ends of everything that lasts a while.
create table around as
select row_number() over (order by message_id, later) as n, customer_id, session_id, sent_at + later as instant
from (select *, row_number() over (order by message_id) as place from messages)
cross join unnest([
    interval '-1 microsecond', interval '0 seconds', interval '30 minutes',
    interval '30 minutes 1 microsecond', interval '24 hours', interval '24 hours 1 microsecond',
    interval '7 days', interval '7 days 1 microsecond'
]) as t(later)
where place % 60 = 0 and sent_at < as_of() - interval '8 days';

copy (
    with events as (
        select
            *,
            pick(
                [
                    'page_view', 'product_view', 'product_shown', 'product_click', 'add_to_cart',
                    'begin_checkout', 'quiz_started', 'quiz_step', 'quiz_completed', 'purchase'
                ],
                n,
                1
            ) as event_type
        from around
        -- Twice, and the second knows less.
        cross join unnest([1, 2]) as t(delivery)
        where delivery = 1 or n % 5 = 0
    )
    select
        'e-x-' || n as event_id,
        event_type,
        instant as occurred_at,
        pick([null, 'i-x-1', 'i-x-2', 'i-x-3'], n, 2) as visitor_id,
        if(delivery = 1, pick([null, null, customer_id], n, 3), null) as customer_id,
        if(delivery = 1, pick([null, null, session_id, 'visit-' || n % 40], n, 4), null) as session_id,
        if(event_type = 'product_shown', pick([null, 'm-x'], n, 5), null) as message_id,
        if(event_type like 'product%', pick(['p-101', 'p-202', 'p-none', null], n, 6), null) as product_id,
        if(
            event_type = 'purchase',
            pick([null, 'o-unknown', 'o-x-' || n % 60, 'o-x-' || n % 61], n, 7),
            null
        ) as order_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as varchar) as currency,
        if(event_type = 'quiz_step', pick(['skin_type', 'budget', 'weather', null], n, 8), null) as step
    from events
    union all by name
    -- At the very instants at which a browser is another's.
    select
        'e-y-' || row_number() over (order by visitor_id, day) as event_id,
        'product_view' as event_type,
        timezone('UTC', cast(day as timestamp)) as occurred_at,
        visitor_id,
        'p-101' as product_id
    from unnest(['i-x-1', 'i-x-2']) as v(visitor_id)
    cross join unnest([date '2026-09-01', date '2026-10-01', date '2026-10-15', date '2026-11-01']) as d(day)
) to '$warehouse/web_events/more.parquet';

copy (
    from (values
        -- one after the other, and again
        ('i-x-1', 'c-000100010', null, timestamptz '2026-10-01 00:00:00'),
        ('i-x-1', 'c-000100025', timestamptz '2026-09-01 00:00:00', timestamptz '2026-11-01 00:00:00'),
        ('i-x-2', 'c-000100040', timestamptz '2026-10-01 00:00:00', null),
        ('i-x-2', 'c-000200031', timestamptz '2026-10-15 00:00:00', null)
    ) as t(visitor_id, customer_id, valid_from, valid_to)
) to '$warehouse/identities/more.parquet';

create table more_lines as
select
    'o-x-' || n as order_id,
    line_number,
    pick(['p-101', 'p-102', 'p-202', 'p-none'], n * 5 + line_number, 1) as product_id,
    1 + n % 3 as quantity,
    cast(null as decimal(20, 4)) as unit_price,
    cast(
        pick([10.00, 10.00, 10.00, 33.33, 19.99, 0.00, -5.00], n * 5 + line_number, 2) as decimal(18, 2)
    ) as net_amount
from range(200) as o(n)
cross join range(1, 6) as l(line_number)
where line_number <= n % 6;

create table more_orders as
with chosen as (
    select *, row_number() over (order by n) - 1 as k from around where n % 5 = 0
),
priced as (
    select
        *,
        coalesce((select sum(net_amount) from more_lines where order_id = 'o-x-' || k), 0) as goods,
        cast(pick([0.00, 0.01, 1.00, 10.05, 999.00], k, 1) as decimal(18, 2)) as off,
        k % 9 = 0 as date_only
    from chosen
    where k < 200
)
select
    'o-x-' || k as order_id,
    if(k % 7 = 0, null, customer_id) as customer_id,
    if(date_only, date_trunc('day', instant), instant) as ordered_at,
    pick(['USD', 'EUR'], k, 2) as currency,
    cast(if(k % 8 = 0, -1, 1) * (greatest(goods - off, 0) + 5.95) as decimal(18, 2)) as total,
    off as discount,
    pick(['whatsapp', 'webchat', 'web', null], k, 3) as channel,
    pick(['bot', 'bot', 'bot', 'outbound', 'web', null], k, 4) as source,
    if(date_only, pick(['store-berlin', null], k, 5), null) as store_id,
    if(k % 8 = 0, pick(['o-x-1', 'o-x-2', 'o-x-3', 'o-none', null], k, 6), null) as original_order_id,
    if(k % 11 = 0, instant + interval '1 day', null) as cancelled_at,
    k % 13 = 0 as is_test,
    date_only,
    ordered_at as ingested_at
from priced;

copy (
    from (from orders limit 0)
    union all by name
    from more_orders
    union all by name
    -- The state before, which a later one replaces.
    select * replace (total + 100 as total, ingested_at - interval '1 hour' as ingested_at)
    from more_orders
    where cast(substr(order_id, 5) as bigint) % 4 = 0
) to '$warehouse/orders/more.parquet';

copy (
    from more_lines
    union all
    from more_lines
    where line_number = 2
) to '$warehouse/order_lines/more.parquet';

-- A second chat at the same time, at exactly the ends of the first, and one message twice.
copy (
    select
        'm-x-' || n as message_id,
        cast(null as varchar) as conversation_id,
        pick([null, null, 's-x-' || n % 30], n, 1) as session_id,
        customer_id,
        pick(['whatsapp', 'webchat', 'email'], n, 2) as channel,
        pick(['in', 'in', 'out'], n, 3) as direction,
        pick(['contact', 'agent', 'bot'], n, 4) as sender_type,
        cast(null as varchar) as agent_id,
        instant as sent_at
    from around
    cross join unnest([1, 2]) as t(delivery)
    where n % 3 = 0 and (delivery = 1 or n % 4 = 0)
) to '$warehouse/messages/more.parquet';
