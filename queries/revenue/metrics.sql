-- What did support earn, for any day, agent, team or channel?
-- Grain: that of the query. Orders and their revenue belong to the day of the order, restated; the
-- adjusted revenue to the day of the sale and of each change; conversations to the day they were
-- marked as done.
-- Source: Kustomer, "Revenue report"
create metric view revenue.metrics
facts
    (
        select
            credited.order_id,
            credited.ordered_at,
            credited.agent_id,
            agents.name as agent,
            credited.team_id,
            teams.name as team,
            credited.channel,
            convert(credited.attributed_amount, credited.currency, credited.ordered_at) as amount
        from revenue.attributed_orders as credited
        left join base.agent_names as agents on agents.agent_id = credited.agent_id
        left join teams on teams.team_id = credited.team_id
        where credited.reason = 'credited'
    ) as o time o.ordered_at,
    (
        select
            bookings.booked_at,
            bookings.agent_id,
            agents.name as agent,
            bookings.team_id,
            teams.name as team,
            bookings.channel,
            -- At the rate of the order's day: what is given back is worth what was paid.
            convert(bookings.amount, bookings.currency, bookings.ordered_at) as amount
        from revenue.adjusted_bookings as bookings
        left join base.agent_names as agents on agents.agent_id = bookings.agent_id
        left join teams on teams.team_id = bookings.team_id
    ) as b time b.booked_at,
    (
        select
            eligible.conversation_id,
            eligible.done_at,
            eligible.agent_id,
            agents.name as agent,
            eligible.team_id,
            teams.name as team,
            eligible.channel,
            eligible.converted
        from revenue.eligible_conversations as eligible
        left join base.agent_names as agents on agents.agent_id = eligible.agent_id
        left join teams on teams.team_id = eligible.team_id
    ) as c time c.done_at
dimensions
    date = { o: local_date(o.ordered_at), b: local_date(b.booked_at), c: local_date(c.done_at) }
        comment 'local day of the order, of the booking, or of the marking as done',
    agent_id = { o: o.agent_id, b: b.agent_id, c: c.agent_id }
        comment 'who marked the conversation as done',
    agent = { o: o.agent, b: b.agent, c: c.agent } comment 'name of the agent',
    team_id = { o: o.team_id, b: b.team_id, c: c.team_id } comment 'team of the agent at that time',
    team = { o: o.team, b: b.team, c: c.team } comment 'name of the team',
    channel = { o: o.channel, b: b.channel, c: c.channel } comment 'channel of the conversation'
measures
    cx_total_revenue = sum(o.amount) on o format 'money'
        comment 'attributed amount, restated on the day of the order',
    cx_total_orders = count(*) on o comment 'attributed orders',
    cx_average_order_value = ratio(cx_total_revenue, cx_total_orders) format 'money'
        comment 'revenue per attributed order',
    cx_adjusted_revenue = sum(b.amount) on b format 'money'
        comment 'attributed amount, each change on its own day',
    eligible_conversations = count(distinct c.conversation_id) on c
        comment 'conversations marked as done that could earn an order',
    converted_conversations = count(distinct c.conversation_id) filter (where c.converted) on c
        comment 'those of them that earned one',
    cx_conversion_rate = ratio(converted_conversations, eligible_conversations) format 'percent'
        comment 'share of eligible conversations that earned an order; at most 1'
