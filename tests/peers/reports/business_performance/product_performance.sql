select * rename (id as product_id, name as product)
from leaderboard(product_id, product, interval '168 hours', 'last_touch', 'click_cohort')
