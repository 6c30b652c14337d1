set tributary.param.base.session_gap = '10 minutes';
set tributary.param.base.web_session_gap = '1 minute';
select * from sales_insights.chat_sessions
