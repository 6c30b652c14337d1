set tributary.param.sales_insights.intent_events = 'begin_checkout';
select * from sales_insights.chat_sessions
