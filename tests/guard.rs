//! Every row of SECURITY.md's table, from the socket.
