select * exclude (date, channel) from measured([], 'default_facts')
