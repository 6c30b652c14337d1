select date, activity_type, unnest(touch_measures)
from measured(['date', 'store', 'activity_type'])
where is_touched and store = 'SoHo'
