select * exclude (customer, visitor_id) from checkouts_after(interval '24 hours')
