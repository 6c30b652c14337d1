set tributary.param.conversational_commerce.order_key = 'order_group_id';
set tributary.param.conversational_commerce.channels = 'web';
select * from conversational_commerce.order_candidates
