-- Every fact of the metric view in one heap, so that any grouping of it gives any measure.
create macro metric_rows(lookback, model, creators) as table
select local_date(ordered_at) as date, 'order' as kind, * exclude (ordered_at, clicked_at)
from earned_orders(lookback, model)
union all by name
select local_date(ordered_at) as date, 'sale' as kind, shop_total as amount
from shop_orders
where not is_test and not is_return
union all by name
select local_date(clicked_at) as date, 'click' as kind, * exclude (clicked_at)
from click_outcomes(lookback, model)
union all by name
select local_date(created_at) as date, 'link' as kind, * exclude (created_at), link_id in (select link_id from clicks) as is_clicked
from created_links(creators)
union all by name
select local_date(began_at) as date, 'checkout' as kind, * exclude (began_at, clicked_at, customer, visitor_id)
from checkouts_after(lookback)
union all by name
select local_date(clicked_at) as date, 'step' as kind, * exclude (clicked_at)
from funnel(lookback, model);

-- Each measure of its own rows alone; 0, not NULL, where a group has none.
create macro orders(row) as count(distinct row.order_id) filter (row.kind = 'order');

create macro revenue(row) as coalesce(sum(row.amount) filter (row.kind = 'order'), 0);

create macro net_revenue(row) as coalesce(sum(row.net_amount) filter (row.kind = 'order'), 0);

create macro shop_revenue(row) as coalesce(sum(row.amount) filter (row.kind = 'sale'), 0);

create macro converting_clicks(row) as count(*) filter (row.kind = 'click' and row.converted);

create macro link_clicks(row) as count(*) filter (row.kind = 'click');

create macro links_created(row) as count(*) filter (row.kind = 'link');

create macro links_clicked(row) as count(*) filter (row.kind = 'link' and row.is_clicked);

create macro checkouts_started(row) as count(*) filter (row.kind = 'checkout');

create macro purchase_events(row) as coalesce(
    list_sum(
        list_transform(
            list_distinct(
                list(struct_pack(id := row.order_id, events := row.purchase_events)) filter (row.kind = 'order')
            ),
            lambda bought: bought.events
        )
    ),
    0
);

create macro funnel_contacts(row, step) as
    count(distinct row.contact_id) filter (row.kind = 'step' and row.step_number = step);
