select store, associate, unnest(touch_measures)
from (
    from measured(['store', 'associate'])
    union all
    from measured(['store'])
    union all
    from measured([])
)
where is_touched
