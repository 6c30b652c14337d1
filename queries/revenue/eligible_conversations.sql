-- Which conversations could have earned an order, and did they?
-- Grain: one marking as done by somebody who can be credited, in a conversation with an inbound
-- message. The cohort of the conversion rate: it belongs to the time it was done, so the rate is
-- at most 1. An immature one can still earn its first order: it is young and still done.
create view revenue.eligible_conversations as
select
    conversation_id,
    done_at,
    agent_id,
    team_id,
    channel,
    converted,
    coalesce(matures_at > now(), false) as immature
from revenue.conversation_outcomes
