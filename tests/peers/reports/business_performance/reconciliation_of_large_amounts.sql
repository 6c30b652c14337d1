select *
from (
    with site as (
        select * from bought where not is_test
    ),
    shop as (
        select * from shop_orders where not is_test and not is_return
    )
    select
        order_id,
        coalesce(shop.ordered_at, site.ordered_at) as ordered_at,
        channel,
        site_amount,
        site_currency,
        purchase_events,
        shop.total as shop_total,
        shop.currency as shop_currency,
        case
            when shop.order_id is null then 'not_in_shop'
            when site.order_id is null then 'not_on_site'
            when site_amount = shop.total and site_currency = shop.currency then 'none'
            else 'other_amount'
        end as difference
    from site
    full join shop using (order_id)
)
where site_amount > 100
