-- Which of the events that this report counts does the site send?
-- Grain: one event type that was ever received. What never was is not zero but unknown, and reads
-- as NULL.
create view business_performance.received_events as
-- One event is enough to know.
select 'begin_checkout' as event_type
from (select 1 as one from web_events where event_type = 'begin_checkout' limit 1) as seen
union all
select 'purchase' as event_type
from (select 1 as one from web_events where event_type = 'purchase' limit 1) as seen
