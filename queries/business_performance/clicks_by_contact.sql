-- Whose checkouts and purchases can a click earn?
-- Grain: one click that counts, and one contact: who clicked, and whoever used the same browser to
-- check out, unless the click and the checkout are known to be of two customers. `clicked_by` is
-- who clicked.
create view business_performance.clicks_by_contact as
with browsers as (
    select distinct
        visitor_id,
        contact_id,
        customer_id
    from base.contact_events
    where event_type in ('begin_checkout', 'purchase') and visitor_id is not null
)
select
    case ways.way when 'contact' then clicks.contact_id else browsers.contact_id end as contact_id,
    clicks.contact_id as clicked_by,
    clicks.click_id,
    clicks.clicked_at,
    clicks.link_id,
    clicks.creator_type,
    clicks.channel,
    clicks.team_id,
    clicks.team,
    clicks.agent_id,
    clicks.agent,
    clicks.product_id,
    clicks.product
-- The two ways come first: what comes first is held, and the other streams past it.
from (values ('contact'), ('browser')) as ways (way)
cross join business_performance.valid_clicks as clicks
left join browsers
    on ways.way = 'browser'
    and browsers.visitor_id = clicks.visitor_id
    and browsers.contact_id <> clicks.contact_id
    and (browsers.customer_id is null or clicks.customer_id is null)
where ways.way = 'contact' or browsers.contact_id is not null
