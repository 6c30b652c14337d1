select * from contact_funnel(interval '168 hours', 'last_touch')
