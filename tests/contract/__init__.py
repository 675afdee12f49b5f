"""One suite for all adapters: each test is written once, as steps, and run in every calling style."""
