select * from journey(interval '168 hours', 'last_touch')
