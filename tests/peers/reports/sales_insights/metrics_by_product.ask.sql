select
    category,
    product,
    product_id,
    measure(shown) as shown,
    measure(units_sold) as units_sold,
    measure(sales) as sales,
    measure(pdp_visitors) as pdp_visitors,
    measure(pdp_purchasers) as pdp_purchasers
from sales_insights.metrics
where date >= date '2026-09-15' and date < date '2026-11-10'
group by rollup (category, product, product_id)
