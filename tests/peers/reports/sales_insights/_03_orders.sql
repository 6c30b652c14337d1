-- Orders as they count: on their day, of a person, sale or return.
create table latest_orders as
select * exclude (version)
from (
    select *, row_number() over (partition by order_id order by ingested_at desc) as version
    from orders
)
where version = 1;

create table latest_lines as select distinct * from order_lines;

create table sold as
select
    o.* exclude (customer_id, ordered_at),
    person(customer_id) as customer,
    -- A day without a time begins at midnight of the shop.
    if(o.date_only, midnight(cast(ordered_at as date)), ordered_at) as sold_at,
    if(o.date_only, cast(ordered_at as date), null) as sold_on,
    stores.timezone as zone,
    case
        when o.total >= 0 then 'sale'
        when exists (
            from latest_orders as named
            where named.order_id = o.original_order_id and named.currency = o.currency
        ) then 'return'
        else 'unlinked_return'
    end as kind
from latest_orders as o
left join stores using (store_id);

create macro day_in(zone, instant) as
    coalesce(cast(timezone(zone, instant) as date), local_date(instant));

-- Whether what happened then was before the sale and within the window: by the clock, or by the days
-- of its store where that is all that is known.
create macro is_before(instant, sold_at, sold_on, zone, time_span) as
    if(
        sold_on is null,
        instant <= sold_at and sold_at <= instant + time_span,
        day_in(zone, instant) <= sold_on and sold_on <= day_in(zone, instant) + time_span
    );

-- What is left of an order after everything that happened to it since.
create macro left_of(order_id, total, cancelled_at) as
    if(
        cancelled_at is not null,
        0,
        total
        + coalesce((select sum(a.amount) from order_adjustments as a where a.order_id = order_id), 0)
        + coalesce(
            (
                select sum(back.total)
                from sold as back
                where back.original_order_id = order_id
                    and back.kind = 'return'
                    and back.cancelled_at is null
            ),
            0
        )
    );

create macro scoped(
    scope := 'bot',
    influence := interval '7 days',
    channels := null,
    amount_basis := 'gross'
) as table
with parted as (
    select
        sold.*,
        case
            when source in ('bot', 'outbound') then source
            when exists (
                from talk
                where talk.customer = sold.customer
                    and talk.direction = 'in'
                    and is_before(talk.sent_at, sold.sold_at, sold.sold_on, sold.zone, influence)
            ) then 'influenced'
        end as part
    from sold
),
judged as (
    select
        *,
        case
            when is_test then 'test_order'
            when kind <> 'sale' then kind
            when channels is not null and listed(channel, channels) is not true then 'other_channel'
            when scope = 'all' or part = scope or scope = 'chat' and part is not null then 'in_scope'
            else 'other_source'
        end as reason
    from parted
)
select
    order_id,
    customer as customer_id,
    sold_at as ordered_at,
    currency,
    total as order_total,
    channel,
    source,
    scope as scope,
    if(
        reason = 'in_scope',
        in_shop_currency(
            if(amount_basis = 'net', left_of(order_id, total, cancelled_at), total),
            currency,
            sold_at
        ),
        null
    ) as amount,
    reason
from judged;
