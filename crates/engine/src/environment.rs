//! x
use std::ffi::OsString; use std::path::Path;
pub(crate) fn base(_f:&Path,t:&Path)->Vec<(OsString,OsString)>{vec![("PATH".into(),std::env::var_os("PATH").unwrap_or_default()),("TMPDIR".into(),t.into()),("PYTHONUTF8".into(),"1".into()),("PYTHONUNBUFFERED".into(),"1".into())]}
pub(crate) fn merge(mut b:Vec<(OsString,OsString)>,e:&[(String,String)])->Vec<(OsString,OsString)>{b.extend(e.iter().map(|(a,b)|(a.into(),b.into())));b}
