set tributary.param.clienteling.scope = 'all';
set tributary.param.clienteling.activity_types = 'ai,email';
select * from clienteling.overview
