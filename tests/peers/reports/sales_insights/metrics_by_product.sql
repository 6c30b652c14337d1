select
    category,
    product,
    product_id,
    count(distinct display) as shown,
    coalesce(sum(quantity), 0) as units_sold,
    coalesce(sum(amount) filter (where fact = 'goods'), 0) as sales,
    count(distinct contact_id) filter (where fact = 'visit') as pdp_visitors,
    count(distinct contact_id) filter (where fact = 'visit' and purchased) as pdp_purchasers
from facts
where fact in ('goods', 'display', 'visit')
    and date >= date '2026-09-15' and date < date '2026-11-10'
group by rollup (category, product, product_id)
