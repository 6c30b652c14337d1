set tributary.param.revenue.closers = 'any';
set tributary.param.revenue.channel_basis = 'conversation';
set tributary.param.revenue.lookback = '3 days';
select * from revenue.eligible_conversations
