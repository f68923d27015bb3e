//! `POST /execute` as JSON and as a stream, as API.md says.
