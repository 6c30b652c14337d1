select * from candidates(interval '24 hours', 'linear')
