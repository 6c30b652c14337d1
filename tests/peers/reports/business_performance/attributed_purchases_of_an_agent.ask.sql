select * from business_performance.attributed_purchases
where agent_id = 'agent-01'
