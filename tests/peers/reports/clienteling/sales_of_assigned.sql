from sales(associate := 'associate-03', associate_role := 'assigned')
