-- Two days of which one has 25 hours, at night.
from sales_by_bucket('two_days')
