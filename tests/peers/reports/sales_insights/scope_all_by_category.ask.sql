set tributary.param.sales_insights.scope = 'all';
set tributary.param.sales_insights.amount_basis = 'net';
set tributary.param.sales_insights.grain = 'category';
select * from sales_insights.products
