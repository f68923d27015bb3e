//! Moves a program's streams between the daemon and the pipes that a run reads.

use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error as ApiError;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::sys::{InnerInput, InnerOutput};

/// How long the rest of the output may take to arrive once the program has ended: a process that it left keeps the stream open.
const REST: Duration = Duration::from_millis(100);

/// The daemon's output of a program.
pub(super) type Outgoing = Pin<Box<dyn Stream<Item = Result<LogOutput, ApiError>> + Send>>;
/// The daemon's input of a program.
pub(super) type Incoming = Pin<Box<dyn AsyncWrite + Send>>;

/// Moves output until it ends. Once `over` is cancelled it ends with the first pause. Cancels `ended` when it is done.
pub(super) async fn forward_output(
    mut output: Outgoing,
    stdout: InnerOutput,
    stderr: InnerOutput,
    over: CancellationToken,
    ended: CancellationToken,
) {
    let _ended = ended.drop_guard();
    let (mut stdout, mut stderr) = (Some(stdout), Some(stderr));
    loop {
        let pause = async {
            over.cancelled().await;
            sleep(REST).await;
        };
        let piece = tokio::select! {
            biased;
            piece = output.next() => piece,
            () = pause => None,
        };
        match piece {
            Some(Ok(LogOutput::StdErr { message } | LogOutput::Console { message })) => {
                write(&mut stderr, &message).await
            }
            Some(Ok(LogOutput::StdOut { message } | LogOutput::StdIn { message })) => {
                write(&mut stdout, &message).await
            }
            Some(Err(error)) => return tracing::warn!(%error, "the output of a container broke off"),
            None => return,
        }
    }
}

/// Writes to a stream until the run reads it no more.
async fn write(stream: &mut Option<InnerOutput>, bytes: &[u8]) {
    if let Some(open) = stream
        && open.write_all(bytes).await.is_err()
    {
        *stream = None;
    }
}

/// Moves input until the run closes it, and then closes the program's input. `to` is `None` for a program without input.
pub(super) async fn forward_input(mut from: InnerInput, to: Option<Incoming>, over: CancellationToken) {
    let Some(mut to) = to else { return };
    let copy = async {
        // An error means that the program reads no more, which is no failure of the run.
        let _ = tokio::io::copy(&mut from, &mut to).await;
        let _ = to.shutdown().await;
        // Dropping `to` could end the output too.
        over.cancelled().await;
    };
    tokio::select! {
        () = copy => {}
        () = over.cancelled() => {}
    }
}
