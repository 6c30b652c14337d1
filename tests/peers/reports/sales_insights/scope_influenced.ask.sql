set tributary.param.sales_insights.scope = 'influenced';
set tributary.param.sales_insights.influence_window = '36 hours';
select * from sales_insights.scoped_orders
