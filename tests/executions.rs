//! The log over HTTP, languages, metrics, status and the API's own description.
