select * exclude (customer, visitor_id) from checkouts_after(interval '168 hours')
