select * from funnel(interval '168 hours', 'linear')
