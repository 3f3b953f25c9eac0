"""A worker process of the local pool: calls one function after the other for the process that owns it."""

from __future__ import annotations

import socket
import traceback
from multiprocessing.connection import Connection


def serve(leash: socket.socket) -> None:
    """Receive functions with arguments, send back what they return or raise, until the owner is gone.

    Parameters
    ----------
    leash : socket
        Connected to the owner.
    """
    connection = Connection(leash.detach())
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = True, function(*arguments)
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = False, error
        connection.send(answer)
