//! Writes to one resource never overlap.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use openapi_client_runtime::{Core, ErrorKind};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::client::{Put, builder, core, put_thing};
use crate::server::read_request;

/// Answers writes one permit at a time, and counts how many it has at once.
struct Gate {
    url: String,
    permits: Arc<Semaphore>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    all: Arc<AtomicUsize>,
}

impl Gate {
    async fn closed() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            permits: Arc::new(Semaphore::new(0)),
            now: Arc::default(),
            most: Arc::default(),
            all: Arc::default(),
        };
        let (permits, now) = (Arc::clone(&gate.permits), Arc::clone(&gate.now));
        let (most, all) = (Arc::clone(&gate.most), Arc::clone(&gate.all));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (permits, now) = (Arc::clone(&permits), Arc::clone(&now));
                let (most, all) = (Arc::clone(&most), Arc::clone(&all));
                tokio::spawn(async move {
                    read_request(&mut stream).await;
                    all.fetch_add(1, Ordering::SeqCst);
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    permits.acquire().await.unwrap().forget();
                    now.fetch_sub(1, Ordering::SeqCst);
                    let reply = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
                    stream.write_all(reply).await.unwrap_or_default();
                });
            }
        });
        gate
    }

    fn open(&self, permits: usize) {
        self.permits.add_permits(permits);
    }

    fn arrived(&self) -> usize {
        self.all.load(Ordering::SeqCst)
    }

    async fn wait_for(&self, arrivals: usize) {
        while self.arrived() < arrivals {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn write(core: &Core, id: &'static str) -> tokio::task::JoinHandle<Option<ErrorKind>> {
    let core = core.clone();
    tokio::spawn(async move {
        let done = put_thing(&core, id, Put::default()).await;
        done.err().map(|error| error.kind())
    })
}

/// Long enough for a request on loopback that nothing holds back.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn one_at_a_time_per_resource_and_side_by_side_otherwise() {
    let gate = Gate::closed().await;
    let core = core(&gate.url);
    let tasks: Vec<_> = (0..4).map(|_| write(&core, "a")).collect();
    gate.wait_for(1).await;
    settle().await;
    assert_eq!(gate.arrived(), 1, "the others wait");

    let other = write(&core, "b");
    gate.wait_for(2).await;
    gate.open(5);
    for task in tasks {
        assert_eq!(task.await.unwrap(), None);
    }
    assert_eq!(other.await.unwrap(), None);
    assert_eq!(gate.arrived(), 5);
    assert_eq!(gate.most.load(Ordering::SeqCst), 2, "one on each resource");
}

#[tokio::test]
async fn a_cancelled_write_lets_the_next_one_in() {
    let gate = Gate::closed().await;
    let core = core(&gate.url);
    let first = write(&core, "a");
    gate.wait_for(1).await;
    let (waiting, last) = (write(&core, "a"), write(&core, "a"));
    settle().await;
    waiting.abort();
    first.abort();
    gate.wait_for(2).await;
    gate.open(2);
    assert_eq!(last.await.unwrap(), None);
    assert_eq!(
        gate.arrived(),
        2,
        "the one cancelled in the queue was never sent"
    );
}

#[tokio::test]
async fn too_many_waiting_writes_are_refused() {
    let gate = Gate::closed().await;
    let core = builder(&gate.url).max_queued_writes(1).build().unwrap();
    let first = write(&core, "a");
    gate.wait_for(1).await;
    let second = write(&core, "a");
    settle().await;
    let error = put_thing(&core, "a", Put::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    assert!(error.is_unsent() && error.is_retryable());
    assert!(error.to_string().contains("the same thing_id"), "{error}");
    gate.open(2);
    assert_eq!(first.await.unwrap(), None);
    assert_eq!(second.await.unwrap(), None);
}

#[tokio::test]
async fn waiting_counts_towards_the_total_timeout() {
    let gate = Gate::closed().await;
    let patient = core(&gate.url);
    let _first = write(&patient, "a");
    gate.wait_for(1).await;
    // Clones share the queue; a client of its own does not.
    let own = builder(&gate.url)
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let _running = write(&own, "a");
    gate.wait_for(2).await;
    let waiting = write(&own, "a");
    assert_eq!(waiting.await.unwrap(), Some(ErrorKind::Timeout));
}
