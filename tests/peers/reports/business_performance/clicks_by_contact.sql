with contacts as (
    select click_id, contact_id from clicks
    union
    select click_id, contact_id from claims where is_theirs
)
select
    contacts.contact_id,
    clicks.contact_id as clicked_by,
    click_id,
    clicked_at,
    described_links.* exclude (created_at)
from contacts
join clicks using (click_id)
join described_links using (link_id)
