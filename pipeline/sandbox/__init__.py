"""The sandbox: moto as AWS on loopback, a provider for terraform, and the lifecycle of both."""
