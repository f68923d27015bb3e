//! Jobs for the tests of this room.

use std::sync::Arc;
use std::time::Duration;

use runtray_engine::Request;
use runtray_engine::language::{Activation, Runtime};

use super::job::Job;
use crate::settings::IsolationChoice;

/// A job that is never started: its interpreter does not exist.
pub(super) fn job(id: &str, code: &str) -> Job {
    let runtime = Runtime {
        language: "python".into(),
        name: "CPython".into(),
        version: String::new(),
        path: "python".into(),
        args: Vec::new(),
        transform_args: None,
        transforms: false,
        trees: Vec::new(),
        announces: false,
        activation: Activation::default(),
        extension: "py".into(),
        args_in_sight: Vec::new(),
        prestart: None,
    };
    let request = Request::new(code, Duration::from_secs(1));
    let (id, runtime, origin) = (id.into(), Arc::new(runtime), "local".into());
    Job { id, runtime, request, origin, isolation: IsolationChoice::Auto, is_interactive: false }
}
