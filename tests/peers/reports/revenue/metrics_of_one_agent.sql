select date, channel, unnest(measures)
from measured(['date', 'channel'], since := date '2026-10-01', of_agent := 'Grace Lin')
