set tributary.param.clienteling.associate = 'associate-03';
set tributary.param.clienteling.associate_role = 'seller';
select * from clienteling.sales
