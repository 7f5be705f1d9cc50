"""Ask the providers themselves whether the keys work and the models and voices exist.

One file for each vendor, through the vendor's own SDK and at the address that the configuration
gives; `ask` chooses among them, and `inquiry` says in a person's words what the answers mean.
"""
