select * from entries_of(interval '24 hours', 'linear', 'api', 'event_time')
