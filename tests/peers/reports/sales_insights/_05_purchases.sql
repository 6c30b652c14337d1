-- Everything bought, by the order and by every report of the site that names it.
create table bought as
select distinct *
from (
    select
        order_id,
        sold_at,
        sold_on,
        zone,
        customer as contact,
        customer,
        null as visit,
        false as is_report,
        true as is_order
    from sold
    where kind = 'sale' and not is_test
    union all
    select order_id, sold_at, sold_on, zone, site.contact, site.customer, site.session_id, true, true
    from sold
    join site using (order_id)
    where site.event_type = 'purchase' and sold.kind = 'sale' and not sold.is_test
    union all
    -- What the shop never heard of is what was reported first.
    select coalesce(order_id, event_id), occurred_at, null, null, contact, customer, session_id, true, false
    from site as e
    where event_type = 'purchase'
        and not exists (from orders as o where o.order_id = e.order_id)
        and not exists (
            from site as before
            where before.event_type = 'purchase'
                and before.order_id = e.order_id
                and (before.occurred_at, before.event_id) < (e.occurred_at, e.event_id)
        )
);

create macro purchases_in(scope := 'bot', channels := null) as table
select
    order_id,
    sold_at as purchased_at,
    contact as contact_id,
    customer as customer_id,
    visit as session_id,
    is_report,
    is_order,
    order_id in (
        select order_id
        from scoped(scope := scope, channels := channels)
        where reason = 'in_scope'
    ) as in_scope
from bought;
