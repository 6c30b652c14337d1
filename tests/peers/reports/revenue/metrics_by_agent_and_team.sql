select agent_id, agent, team_id, team, unnest(measures)
from measured(['agent_id', 'agent', 'team_id', 'team'])
