"""`parley serve`: the bot behind a web page of its own, one call for each connection.

Pipecat's runner is not used as it is. Its page loads a script from another host, so it is dead
without internet; its server lets pages of any origin call, cannot close the calls under way when
it is told to stop, and finds the bot in whatever script was started. Its parts are used instead:
the request handler for WebRTC offers and the transport, behind the paths that Pipecat's clients
know (`/start`, `/api/offer` with PATCH for late candidates, `/sessions/{id}/api/offer`).
"""
