"""What a page states of itself, and what its clock says."""
