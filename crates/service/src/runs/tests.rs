//! Jobs for the tests of this room.

use std::sync::Arc;
use std::time::Duration;

use runtray_engine::language::{Activation, Runtime, Science};
use runtray_engine::{Isolation, Job, Request};

/// A job that is never started: its interpreter does not exist.
pub(super) fn job(id: &str, code: &str) -> Job {
    job_of(id, Request::new(code, Duration::from_secs(1)))
}

/// The same for any request.
pub(super) fn job_of(id: &str, request: Request) -> Job {
    let runtime = Runtime {
        language: "python".into(),
        name: "CPython".into(),
        version: String::new(),
        path: "python".into(),
        args: Vec::new(),
        transform_args: None,
        transforms: false,
        trees: Vec::new(),
        code: Vec::new(),
        open: Vec::new(),
        announces: false,
        activation: Activation::default(),
        extension: "py".into(),
        args_in_sight: Vec::new(),
        prestart: None,
        image: None,
        isolation: Isolation::None,
        is_sealed: false,
        science: Science::default(),
        own_pythons: None,
    };
    Job::new(request, Arc::new(runtime)).expect("a request without files").with_names(id, "local")
}
