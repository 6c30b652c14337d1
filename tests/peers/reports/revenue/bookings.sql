from booked()
