set tributary.param.sales_insights.scope = 'outbound';
select * from sales_insights.sold_products
