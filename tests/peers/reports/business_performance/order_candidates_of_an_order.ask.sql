select * from business_performance.order_candidates
where order_id = 'ox-tie'
