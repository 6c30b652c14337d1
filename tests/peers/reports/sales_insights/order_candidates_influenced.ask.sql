set tributary.param.sales_insights.scope = 'influenced';
select * from sales_insights.order_candidates
