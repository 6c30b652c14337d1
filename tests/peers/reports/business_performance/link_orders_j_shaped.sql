select * from earned_orders(interval '1440 hours', 'j_shaped')
