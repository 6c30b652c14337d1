select * from earned_orders(interval '168 hours', 'last_touch')
