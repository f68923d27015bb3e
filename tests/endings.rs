//! Runs that end before their time: cancel, disconnect, stop, and the death of the service.
