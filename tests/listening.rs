//! Both loopback addresses, ports in use, and stopping.
