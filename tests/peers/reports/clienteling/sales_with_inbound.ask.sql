set tributary.param.clienteling.include_inbound = true;
select * from clienteling.sales
