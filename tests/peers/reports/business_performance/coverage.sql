select * from coverage_of(interval '168 hours')
