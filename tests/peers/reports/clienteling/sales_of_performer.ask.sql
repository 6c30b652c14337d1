set tributary.param.clienteling.associate = 'associate-03';
select * from clienteling.sales
