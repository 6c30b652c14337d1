set tributary.param.sales_insights.scope = 'all';
set tributary.param.sales_insights.amount_basis = 'net';
select * from sales_insights.sold_products
