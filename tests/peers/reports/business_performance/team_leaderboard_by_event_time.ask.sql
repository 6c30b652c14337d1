set tributary.param.business_performance.basis = 'event_time';
select * from business_performance.team_leaderboard
