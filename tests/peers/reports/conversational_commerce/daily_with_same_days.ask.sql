set tributary.param.conversational_commerce.comparison = 'same_days_prev_month';
select * from conversational_commerce.daily
