set tributary.period = '2026-10-31/2026-11-02';
select * from sales_insights.periodic_sales where period = 'custom'
