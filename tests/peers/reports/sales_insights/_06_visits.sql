-- Product pages seen, and whether their visitor then bought.
create macro visits(purchase_window := interval '7 days', same_product := false) as table
with seen_pages as (
    from site where event_type = 'product_view'
),
judged as (
    select
        event_id,
        occurred_at,
        contact,
        product_id,
        exists (
            from bought
            where bought.contact = page.contact
                and is_before(
                    page.occurred_at, bought.sold_at, bought.sold_on, bought.zone, purchase_window
                )
                and (
                    not same_product
                    or bought.is_order
                    and exists (
                        from latest_lines as l
                        where l.order_id = bought.order_id and l.product_id = page.product_id
                    )
                )
        ) as purchased
    from seen_pages as page
)
select
    event_id,
    occurred_at as visited_at,
    contact as contact_id,
    product_id,
    purchased,
    not purchased and occurred_at + purchase_window > as_of() as immature,
    if(purchased, null, occurred_at + purchase_window) as matures_at
from judged;
