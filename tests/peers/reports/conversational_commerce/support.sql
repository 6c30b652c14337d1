select period, 'human_support' as support, supported as sessions, ratio(supported, sessions) as share
from default_numbers
where not is_previous
union all
select period, 'self_service', sessions - supported, ratio(sessions - supported, sessions)
from default_numbers
where not is_previous
