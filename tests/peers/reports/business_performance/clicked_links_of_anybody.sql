select
    links.*,
    (select min(clicked_at) from clicks where clicks.link_id = links.link_id) as first_clicked_at,
    (select count(*) from clicks where clicks.link_id = links.link_id) as link_clicks
from created_links('any') as links
where link_id in (select link_id from clicks)
