"""What the client tests share: a cloud in a process of its own, and requests written by hand."""
