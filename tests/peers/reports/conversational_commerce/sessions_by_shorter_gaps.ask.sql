set tributary.param.conversational_commerce.channels = 'whatsapp, instagram, webchat, email';
set tributary.param.base.session_gap = '4 hours';
set tributary.param.base.web_session_gap = '5 minutes';
set tributary.param.base.web_channels = 'webchat,instagram';
select * from conversational_commerce.sessions
