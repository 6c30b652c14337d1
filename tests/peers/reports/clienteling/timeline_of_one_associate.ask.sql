set tributary.param.clienteling.associate = 'associate-01';
set tributary.param.clienteling.store = 'store-soho';
set tributary.param.clienteling.include_inbound = true;
select * from clienteling.timeline
