-- How many sessions had the help of a person?
-- Grain: one period and kind of support. A session with a message of an agent had that help.
create view conversational_commerce.support as
with entries as (
    select
        period,
        session_id,
        is_human_supported
    from in_periods(rows => conversational_commerce.entries, at => 'entered_at')
    where session_id is not null
    union all
    -- So that a period without a session has its rows.
    select
        period,
        cast(null as varchar) as session_id,
        cast(null as boolean) as is_human_supported
    from periods()
),
totals as (
    select
        period,
        count(session_id) as sessions,
        count(case when is_human_supported then 1 end) as supported
    from entries
    group by period
),
kinds as (
    select
        totals.period,
        kinds.support,
        case kinds.support when 'human_support' then totals.supported
            else totals.sessions - totals.supported end as sessions,
        totals.sessions as all_sessions
    from totals
    cross join (values ('human_support'), ('self_service')) as kinds (support)
)
select
    period,
    support,
    sessions,
    ratio(sessions, all_sessions) as share
from kinds
order by period, support
