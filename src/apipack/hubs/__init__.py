"""The embedded content of the hubs, and loopback replicas that serve it."""
