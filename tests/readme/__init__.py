"""What the README says, done."""
