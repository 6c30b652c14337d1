select * from funnel(interval '168 hours', 'last_touch')
