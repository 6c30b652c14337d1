-- The tickets of the stores, or of every source.
create macro tickets(scope) as table
select
    placed.*,
    kinds.kind,
    stores.timezone as zone,
    local_date(placed.ordered_at) as day,
    coalesce('group ' || order_group_id, 'order ' || placed.order_id) as sale
from sold_orders as placed
join kinds on kinds.order_id = placed.order_id
left join stores on stores.store_id = placed.store_id
where scope = 'all' or coalesce(placed.source, 'pos') = 'pos';

-- What an associate or a system has done for a client.
create view acts as
select
    activity_id,
    person(customer_id) as customer_id,
    activity_type,
    occurred_at,
    coalesce(direction, 'outbound') as direction,
    coalesce(automated, false) as automated,
    associate_id,
    store_id
from activities
where coalesce(status, 'completed') in ('completed', 'delivered');

-- Each sale beside each activity that touched it. A sale of several tickets is touched where its
-- first was.
create macro touches(
    lookback := interval '14 days',
    activity_types := null,
    include_inbound := false,
    associate := null,
    associate_role := 'performer',
    store := null,
    store_role := 'sale',
    scope := 'pos'
) as table
with firsts as (
    select *
    from tickets('all')
    where kind = 'sale' and not coalesce(is_test, false)
    qualify row_number() over (partition by sale order by ordered_at, order_id) = 1
)
select ticket.order_id, acts.*
from tickets(scope) as ticket
join firsts as first on first.sale = ticket.sale
join acts on acts.customer_id = ticket.customer_id
where ticket.kind = 'sale'
    and not coalesce(ticket.is_test, false)
    and if(
        coalesce(first.date_only, false),
        -- by the days of the store
        if(
            ticket.zone is null,
            local_date(acts.occurred_at),
            cast(timezone(ticket.zone, acts.occurred_at) as date)
        ) between first.day - cast(epoch(lookback) / 86400 as integer) and first.day,
        acts.occurred_at between first.ordered_at - lookback and first.ordered_at
    )
    and (include_inbound or acts.direction = 'outbound')
    and (
        activity_types is null
        or list_contains(string_split(replace(activity_types, ' ', ''), ','), acts.activity_type)
    )
    and (associate is null or associate_role <> 'performer' or acts.associate_id = associate)
    and (store is null or store_role <> 'activity' or acts.store_id = store);

-- Every ticket, with how many activities touched it.
create macro sales(
    lookback := interval '14 days',
    activity_types := null,
    include_inbound := false,
    associate := null,
    associate_role := 'performer',
    store := null,
    store_role := 'sale',
    scope := 'pos'
) as table
with touched as (
    select
        order_id,
        count(distinct activity_id) as related_activities,
        bool_and(automated) as automated_only
    from touches(
        lookback := lookback,
        activity_types := activity_types,
        include_inbound := include_inbound,
        associate := associate,
        associate_role := associate_role,
        store := store,
        store_role := store_role,
        scope := scope
    )
    group by order_id
)
select
    ticket.order_id,
    ticket.ordered_at as purchased_at,
    coalesce(ticket.date_only, false) as date_only,
    ticket.customer_id,
    ticket.store_id,
    ticket.associate_id,
    ticket.currency,
    ticket.total as ticket_amount,
    case
        when ticket.kind = 'sale' and not coalesce(ticket.is_test, false) then amounts.amount
    end as sale_amount,
    coalesce(touched.related_activities, 0) as related_activities,
    coalesce(touched.automated_only, false) as automated_only,
    case
        when ticket.is_test then 'test_order'
        when ticket.kind <> 'sale' then ticket.kind
        when touched.order_id is not null then 'credited'
        when ticket.customer_id is null then 'no_key'
        else 'no_touchpoint_in_lookback'
    end as reason
from tickets(scope) as ticket
join current_amounts as amounts on amounts.order_id = ticket.order_id
left join touched on touched.order_id = ticket.order_id
left join customers as client on client.customer_id = ticket.customer_id
where (associate is null or associate_role <> 'seller' or ticket.associate_id = associate)
    and (associate is null or associate_role <> 'assigned' or client.associate_id = associate)
    and (store is null or store_role <> 'sale' or ticket.store_id = store)
    and (store is null or store_role <> 'client' or client.store_id = store);

create macro associate_name(id) as (
    select arg_max(name, coalesce(valid_from, timestamptz '-infinity'))
    from associates
    where associate_id = id
);
