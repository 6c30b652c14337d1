select * from candidates(interval '168 hours', 'first_touch')
