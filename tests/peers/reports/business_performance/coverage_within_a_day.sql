select * from coverage_of(interval '24 hours')
