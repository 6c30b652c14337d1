set tributary.param.conversational_commerce.order_family = 'invoiced';
select * from conversational_commerce.sales_performance
