from scoped(scope := 'influenced', influence := interval '36 hours')
