select * from contact_funnel(interval '24 hours', 'last_touch')
