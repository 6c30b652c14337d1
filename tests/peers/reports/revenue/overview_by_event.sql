from overview('event_entries')
