"""What the services need of the world outside. Each has a real adapter and a fake (tests/fakes).

Every method may raise the `TransientError` of its side: `ChainUnavailable`, `StoreUnavailable`,
`QueueUnavailable`, `DeliveryUnavailable`, `PriceUnavailable`. A failure is never an empty answer.
"""
