set tributary.param.sales_insights.scope = 'all';
set tributary.param.sales_insights.basis = 'first_order';
select * from sales_insights.new_vs_existing
