"""What stands around a realtime model: a service that hears, thinks and speaks by itself."""
