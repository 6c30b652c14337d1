select sum(starts), sum(bounces)
from (
    select
        arraySort(groupArray(touched_at)) as at,
        arrayMap((a, b) -> dateDiff('microsecond', a, b) > 86400000000, arrayPopBack(at), arrayPopFront(at)) as gaps,
        1 + arraySum(gaps) as starts,
        arraySum(arrayMap((a, b) -> a and b, arrayPushFront(gaps, 1), arrayPushBack(gaps, 1))) as bounces
    from $touchpoints where kind = 'chat'
    group by customer_id
)
