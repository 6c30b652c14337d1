select * from candidates(interval '168 hours', 'last_touch')
