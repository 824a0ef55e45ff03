"""Events: what happened. An event is recorded together with its decisions, or not at all."""
