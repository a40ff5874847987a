"""What people at an attempt are shown: candidate, assessor, marker, adjudicator, technician, station."""
