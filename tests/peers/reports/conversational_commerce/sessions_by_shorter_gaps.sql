from sessions(
    channels := 'whatsapp, instagram, webchat, email',
    gap := interval '4 hours',
    web_gap := interval '5 minutes',
    web_channels := 'webchat,instagram'
)
