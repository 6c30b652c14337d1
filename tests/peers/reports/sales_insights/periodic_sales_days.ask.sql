set tributary.period = '2026-08-18/2026-11-18';
select * from sales_insights.periodic_sales where period = 'custom'
