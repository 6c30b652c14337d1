from sales(activity_types := 'messaging, reminder')
