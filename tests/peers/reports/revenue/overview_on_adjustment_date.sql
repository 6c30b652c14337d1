from overview('adjusted_entries')
