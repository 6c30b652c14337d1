select * from journey(interval '24 hours', 'last_touch')
