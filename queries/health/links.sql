-- Do clicks reach the links that were made?
-- Grain: one check of the tracking links and their clicks, each click once. A crawler's click is
-- that and nothing else, so that crawlers, unknown links and the clicks that count are all clicks.
create view health.links as
with clicks as (
    select
        count(*) as clicks,
        count(case when clicked.is_bot then 1 end) as crawlers,
        count(case when not clicked.is_bot then 1 end) as people,
        count(case when not clicked.is_bot and links.link_id is null then 1 end) as strays,
        count(case when not clicked.is_bot and clicked.contact_id is null then 1 end) as nobodies
    from base.contact_clicks as clicked
    left join (select distinct link_id from tracking_links) as links
        on links.link_id = clicked.link_id
),
links as (
    select
        count(distinct links.link_id) as links,
        count(distinct case when clicked.link_id is null then links.link_id end) as unclicked
    from tracking_links as links
    left join (select distinct link_id from link_clicks) as clicked
        on clicked.link_id = links.link_id
),
counted as (
    select
        checks.*,
        case checks.check
            when 'unknown_links' then clicks.strays
            when 'unclicked_links' then links.unclicked
            when 'clicks_of_nobody' then clicks.nobodies
            else clicks.crawlers
        end as affected,
        case checks.check
            when 'unclicked_links' then links.links
            when 'crawlers' then clicks.clicks
            else clicks.people
        end as total
    from clicks
    cross join links
    cross join (values
        (1, 'unknown_links', 'link_clicks', null, null,
            'clicks on a link that is not in tracking_links: they count nowhere; import the link, or look for a URL that somebody has changed'),
        (1, 'unclicked_links', 'tracking_links', null, null,
            'links without a click: a link that was changed, or shortened by something else, records none'),
        (1, 'crawlers', 'link_clicks', null, null,
            'clicks of crawlers and previews: they count nowhere, and other tools may count them'),
        (1, 'clicks_of_nobody', 'link_clicks', null, null,
            'clicks with neither a customer nor a browser: they count, and can earn no order')
    ) as checks (step_number, check, subject, amount, currency, message)
)
select
    step_number,
    check,
    subject,
    case when affected > 0 then 'warning' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    cast(amount as decimal(28, 2)) as amount,
    cast(currency as varchar) as currency,
    message
from counted
