select * from funnel(interval '24 hours', 'last_touch')
