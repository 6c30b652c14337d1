from sessions(channels := 'webchat, instagram')
