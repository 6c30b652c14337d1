set tributary.param.conversational_commerce.channels = 'webchat, instagram';
select * from conversational_commerce.sessions
