select * exclude (channel) from measured(['date'], 'default_facts')
