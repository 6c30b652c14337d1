-- Why does the site know other orders than the shop?
-- Grain: one order id that either knows. The site reports from the browser, where events get lost,
-- and the shop is exact: `difference` says which of them has it, or that both do with other
-- amounts.
create view business_performance.reconciliation as
with shop as (
    select
        order_id,
        ordered_at,
        channel,
        currency,
        total
    from base.restated_orders
    where not is_test and kind = 'sale'
),
site as (
    select
        order_id,
        ordered_at,
        site_currency,
        site_amount,
        purchase_events
    from business_performance.purchases
    where not is_test
)
select
    coalesce(site.order_id, shop.order_id) as order_id,
    coalesce(shop.ordered_at, site.ordered_at) as ordered_at,
    shop.channel,
    site.site_amount,
    site.site_currency,
    site.purchase_events,
    shop.total as shop_total,
    shop.currency as shop_currency,
    case
        when shop.order_id is null then 'not_in_shop'
        when site.order_id is null then 'not_on_site'
        when site.site_currency <> shop.currency or (site.site_amount is distinct from shop.total)
            then 'other_amount'
        else 'none'
    end as difference
from site
full join shop on shop.order_id = site.order_id
order by ordered_at, order_id
