-- Chats so short that quizzes are taken outside of them.
set tributary.param.base.session_gap = '2 seconds';
set tributary.param.base.web_session_gap = '2 seconds';
set tributary.param.sales_insights.web_session_gap = '20 seconds';
select * from sales_insights.quiz_steps
