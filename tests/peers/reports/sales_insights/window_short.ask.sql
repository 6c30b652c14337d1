set tributary.param.sales_insights.purchase_window = '3 hours';
select * from sales_insights.pdp_visits
