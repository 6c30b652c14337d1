set tributary.param.clienteling.activity_types = 'messaging, reminder';
select * from clienteling.sales
