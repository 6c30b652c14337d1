select * rename (id as team_id, name as team)
from leaderboard(team_id, team, interval '168 hours', 'last_touch', 'click_cohort')
