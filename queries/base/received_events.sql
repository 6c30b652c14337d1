-- Which types of events does the site send?
-- Grain: one type that was ever received. What never was is not zero but unknown: reports show NULL.
create view base.received_events as
-- One event is enough to know, and a type is a literal, so that only those asked for are looked up.
select 'page_view' as event_type
from (select 1 as one from web_events where event_type = 'page_view' limit 1) as seen
union all
select 'product_view' as event_type
from (select 1 as one from web_events where event_type = 'product_view' limit 1) as seen
union all
select 'product_shown' as event_type
from (select 1 as one from web_events where event_type = 'product_shown' limit 1) as seen
union all
select 'product_click' as event_type
from (select 1 as one from web_events where event_type = 'product_click' limit 1) as seen
union all
select 'add_to_cart' as event_type
from (select 1 as one from web_events where event_type = 'add_to_cart' limit 1) as seen
union all
select 'begin_checkout' as event_type
from (select 1 as one from web_events where event_type = 'begin_checkout' limit 1) as seen
union all
select 'purchase' as event_type
from (select 1 as one from web_events where event_type = 'purchase' limit 1) as seen
union all
select 'quiz_started' as event_type
from (select 1 as one from web_events where event_type = 'quiz_started' limit 1) as seen
union all
select 'quiz_step' as event_type
from (select 1 as one from web_events where event_type = 'quiz_step' limit 1) as seen
union all
select 'quiz_completed' as event_type
from (select 1 as one from web_events where event_type = 'quiz_completed' limit 1) as seen
