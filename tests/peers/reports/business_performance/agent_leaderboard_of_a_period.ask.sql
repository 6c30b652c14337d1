select * from business_performance.agent_leaderboard
where period = 'yesterday'
