set tributary.param.conversational_commerce.order_family = 'approved';
set tributary.param.conversational_commerce.channels = 'whatsapp,webchat';
select * from conversational_commerce.captured_orders
