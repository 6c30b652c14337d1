set tributary.param.sales_insights.scope = 'chat';
set tributary.param.sales_insights.channels = 'whatsapp, web';
select * from sales_insights.overview
