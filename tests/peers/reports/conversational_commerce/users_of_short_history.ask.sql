set tributary.param.conversational_commerce.history_from = '2026-11-10T05:00:00Z';
select * from conversational_commerce.users
