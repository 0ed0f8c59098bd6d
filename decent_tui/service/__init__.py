"""What a node has besides when it runs as a service: metrics, a log in a file, a page in the browser."""
