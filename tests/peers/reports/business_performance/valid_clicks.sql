select
    click_id,
    clicked_at,
    contact_id,
    customer as customer_id,
    visitor_id,
    described_links.* exclude (created_at)
from clicks
join described_links using (link_id)
