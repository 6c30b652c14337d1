from overview('default_entries')
