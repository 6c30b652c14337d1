from measured(['date', 'channel'], 'facts_of_all_channels')
