"""Which operations of somebody's own specifications a model gets wrong, and how."""
