"""What every route of the console shares: who is asking, what they may do, and how a refusal looks."""
