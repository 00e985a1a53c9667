"""What stands before the workbench: host check, limits, sessions and headers, each an ASGI layer.

From the outside in: headers, host, rate, body, door. A request that one of them refuses never
reaches the next.
"""
