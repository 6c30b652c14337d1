set tributary.param.sales_insights.same_product = true;
select * from sales_insights.pdp_entry_conversion
